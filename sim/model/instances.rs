//! Tables with one entry per container of a service: instances of pools, breakers, resolvers.

use crate::ids::ContainerId;
use std::ops::{Index, IndexMut, Range};

/// The instances of things that each container of a service has one of. A place is a plain number, so that
/// events and frames can store it.
#[derive(Debug)]
pub(crate) struct Instances<T> {
    all: Vec<T>,
    /// By thing: the place that its instance at container 0 would have, modulo 2³².
    origins: Vec<u32>,
    /// By thing: where its instances begin; after them, where the last one's end.
    begins: Vec<u32>,
}

impl<T> Instances<T> {
    /// One instance of `new` for each container of each thing; given are the things and the containers of their
    /// services.
    pub(crate) fn of<Thing>(
        things: impl IntoIterator<Item = (Thing, Range<u32>)>,
        new: impl Fn(&Thing) -> T,
    ) -> Self {
        let mut table = Self { all: Vec::new(), origins: Vec::new(), begins: vec![0] };
        for (thing, containers) in things {
            table.origins.push((table.all.len() as u32).wrapping_sub(containers.start));
            table.all.extend(containers.map(|_| new(&thing)));
            table.begins.push(table.all.len() as u32);
        }
        table
    }

    /// The place of the instance of thing number `thing` at `container`, a container of its service.
    #[inline(always)]
    pub(crate) fn place(&self, thing: usize, container: ContainerId) -> u32 {
        self.origins[thing].wrapping_add(container.0)
    }

    /// The places of the instances of thing number `thing`.
    pub(crate) fn places(&self, thing: usize) -> Range<usize> {
        self.begins[thing] as usize..self.begins[thing + 1] as usize
    }

    /// All instances, in the order of their places.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.all.iter()
    }

    /// The number of instances.
    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }
}

impl<T> Index<u32> for Instances<T> {
    type Output = T;
    #[inline(always)]
    fn index(&self, place: u32) -> &T {
        &self.all[place as usize]
    }
}

impl<T> IndexMut<u32> for Instances<T> {
    #[inline(always)]
    fn index_mut(&mut self, place: u32) -> &mut T {
        &mut self.all[place as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Containers 4 to 6 have one of the first thing each, containers 0 and 1 of the second, none of the third.
    #[test]
    fn each_container_has_its_own() {
        let things = [("a", 4..7), ("b", 0..2), ("c", 3..3)];
        let table = Instances::of(things, |name| (*name).to_owned());
        assert_eq!(table.iter().map(String::as_str).collect::<Vec<_>>(), ["a", "a", "a", "b", "b"]);
        assert_eq!([table.place(0, ContainerId(4)), table.place(0, ContainerId(6))], [0, 2]);
        assert_eq!([table.place(1, ContainerId(0)), table.place(1, ContainerId(1))], [3, 4]);
        assert_eq!([table.places(0), table.places(1), table.places(2)], [0..3, 3..5, 5..5]);
    }
}
