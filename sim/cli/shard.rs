//! `--shard`: the part of a study for this process, as given, or from a scheduler's environment.
//!
//! A scheduler starts the same command many times and numbers the processes in variables. Slurm gives an
//! array's task its number, the first, the last, the step and the count (sbatch(1), "Output Environment
//! Variables"); an array with irregular gaps has no ranks, and an array of one task is probably a
//! restarted one, whose count is unknown. GitLab sets `CI_NODE_INDEX`, from 1, and `CI_NODE_TOTAL`
//! (predefined variables). An indexed job of Kubernetes has `JOB_COMPLETION_INDEX` and a batch job of
//! Nomad `NOMAD_ALLOC_INDEX`, both from 0, without a count.

use wssim_experiment::archive::Shard;
use wssim_reports::part::MOST;

/// The value of `--shard`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ShardFlag {
    /// `2/4`
    Exactly(Shard),
    /// `auto`, or `auto/4`
    Auto { of: Option<u32> },
}

impl ShardFlag {
    /// Parses `2/4`, `auto`, `auto/4`.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let count = |text: &str| text.parse().ok().filter(|of| (1..=MOST).contains(of));
        match text.strip_prefix("auto") {
            Some("") => Ok(Self::Auto { of: None }),
            Some(rest) => rest
                .strip_prefix('/')
                .and_then(count)
                .map(|of| Self::Auto { of: Some(of) })
                .ok_or_else(|| "`auto`, or `auto/4` for the first of four, is expected".to_owned()),
            None => shard(text).map(Self::Exactly),
        }
    }

    /// The shard; `variable` reads the environment.
    ///
    /// # Errors
    /// When the environment does not determine it.
    pub(crate) fn find(self, variable: impl Fn(&str) -> Option<String>) -> Result<Shard, String> {
        let of = match self {
            Self::Exactly(shard) => return Ok(shard),
            Self::Auto { of } => of,
        };
        let mut found: Option<(&str, Shard)> = None;
        if let Some(text) = variable("WSSIM_SHARD") {
            let shard = shard(&text).map_err(|why| format!("`WSSIM_SHARD={text}`: {why}"))?;
            return agreed("WSSIM_SHARD", Told { number: shard.number, of: Some(shard.of) }, of);
        }
        for (name, read) in SCHEDULERS {
            let Some(told) = read(&variable)? else { continue };
            let shard = agreed(name, told, of)?;
            match found {
                Some((other, before)) if before != shard => {
                    return Err(format!(
                        "{other} says {} of {}, {name} says {} of {}: say which it is with WSSIM_SHARD",
                        before.number, before.of, shard.number, shard.of
                    ));
                }
                Some(_) => {}
                None => found = Some((name, shard)),
            }
        }
        found.map(|(_, shard)| shard).ok_or_else(|| {
            "nothing in the environment says which part this is: no array of Slurm, `parallel` of GitLab, indexed \
             job of Kubernetes, batch job of Nomad; WSSIM_SHARD=2/4 would"
                .to_owned()
        })
    }
}

fn shard(text: &str) -> Result<Shard, String> {
    let read = || {
        let (number, of) = text.split_once('/')?;
        let shard = Shard { number: number.parse().ok()?, of: of.parse().ok()? };
        (1..=MOST).contains(&shard.of).then_some(shard)
    };
    match read() {
        Some(shard) if (1..=shard.of).contains(&shard.number) => Ok(shard),
        Some(shard) => Err(format!("parts count from 1 to {}", shard.of)),
        None => Err("a part and how many there are, such as `2/4`, is expected".to_owned()),
    }
}

/// A scheduler's variables.
#[derive(Clone, Copy)]
struct Told {
    /// From 1.
    number: u32,
    of: Option<u32>,
}

type Variable<'a> = &'a dyn Fn(&str) -> Option<String>;
type Read = fn(Variable<'_>) -> Result<Option<Told>, String>;

const SCHEDULERS: [(&str, Read); 4] =
    [("Slurm", slurm), ("GitLab", gitlab), ("Kubernetes", kubernetes), ("Nomad", nomad)];

/// Combines a scheduler's variables with a given count.
fn agreed(name: &str, told: Told, given: Option<u32>) -> Result<Shard, String> {
    let of = match (told.of, given) {
        (Some(told), Some(given)) if told != given => {
            return Err(format!("`auto/{given}`, but {name} says that there are {told}"));
        }
        (Some(of), _) | (None, Some(of)) => of,
        (None, None) => {
            return Err(format!("{name} does not tell how many parts there are: `--shard auto/4`"));
        }
    };
    let number = told.number;
    let message = || format!("{name} says that this is part {number}, of {of}");
    (1..=of).contains(&number).then_some(Shard { number, of }).ok_or_else(message)
}

fn number(variable: Variable<'_>, name: &str) -> Result<Option<u32>, String> {
    let Some(text) = variable(name) else { return Ok(None) };
    text.trim().parse().map(Some).map_err(|_| format!("`{name}={text}` is no number"))
}

fn slurm(variable: Variable<'_>) -> Result<Option<Told>, String> {
    let of = |name: &str| number(variable, &format!("SLURM_ARRAY_TASK_{name}"));
    let Some(id) = of("ID")? else { return Ok(None) };
    let (Some(count), Some(first), Some(last)) = (of("COUNT")?, of("MIN")?, of("MAX")?) else {
        return Err("Slurm does not tell how long the array is".to_owned());
    };
    if count == 1 {
        // Probably a restarted task: the user has to give the count.
        return Ok(Some(Told { number: first.max(1), of: None }));
    }
    let step = of("STEP")?.unwrap_or(1).max(1);
    let is_even =
        u64::from(last) == u64::from(first) + u64::from(step) * u64::from(count.max(1) - 1);
    let place = id.checked_sub(first).filter(|place| is_even && place % step == 0);
    match place {
        Some(place) => Ok(Some(Told { number: place / step + 1, of: Some(count) })),
        None => Err("the array of Slurm has gaps: number its tasks 1-4".to_owned()),
    }
}

fn gitlab(variable: Variable<'_>) -> Result<Option<Told>, String> {
    // Other schedulers use these names with numbers from zero.
    if variable("GITLAB_CI").is_none() {
        return Ok(None);
    }
    // Without `parallel` a job has no index, but a total of one.
    let Some(index) = number(variable, "CI_NODE_INDEX")? else { return Ok(None) };
    Ok(Some(Told { number: index, of: number(variable, "CI_NODE_TOTAL")? }))
}

fn kubernetes(variable: Variable<'_>) -> Result<Option<Told>, String> {
    from_zero(variable, "JOB_COMPLETION_INDEX")
}

fn nomad(variable: Variable<'_>) -> Result<Option<Told>, String> {
    from_zero(variable, "NOMAD_ALLOC_INDEX")
}

fn from_zero(variable: Variable<'_>, name: &str) -> Result<Option<Told>, String> {
    let told = |index: u32| Told { number: index.saturating_add(1), of: None };
    Ok(number(variable, name)?.map(told))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(share: &str, environment: &[(&str, &str)]) -> Result<(u32, u32), String> {
        let variable = |name: &str| {
            let found = environment.iter().find(|(own, _)| *own == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let shard = ShardFlag::read(share)?.find(variable)?;
        Ok((shard.number, shard.of))
    }

    fn slurm(
        share: &str,
        id: &str,
        [count, first, last, step]: [&str; 4],
    ) -> Result<(u32, u32), String> {
        let names =
            ["ID", "COUNT", "MIN", "MAX", "STEP"].map(|name| format!("SLURM_ARRAY_TASK_{name}"));
        let values = [id, count, first, last, step];
        let all: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(values).collect();
        find(share, &all)
    }

    #[test]
    fn what_is_written_counts() {
        assert_eq!(find("2/4", &[("WSSIM_SHARD", "3/4")]), Ok((2, 4)));
        for wrong in
            ["", "2", "0/4", "5/4", "2/0", "two/4", "1/1000000", "auto/", "auto/0", "automatic"]
        {
            assert!(ShardFlag::read(wrong).is_err(), "{wrong}");
        }
    }

    /// The variables as Slurm 22.05 sets them.
    #[test]
    fn tasks_of_an_array_of_slurm() {
        assert_eq!(slurm("auto", "1", ["4", "1", "4", "1"]), Ok((1, 4)));
        assert_eq!(slurm("auto", "3", ["4", "0", "3", "1"]), Ok((4, 4)));
        assert_eq!(slurm("auto", "8", ["4", "0", "12", "4"]), Ok((3, 4)));
        assert_eq!(slurm("auto", "9", ["4", "0", "9", "3"]), Ok((4, 4)));
        // --array=1,3,7, and --array=3, to restart a lost task.
        assert!(slurm("auto", "7", ["3", "1", "7", "1"]).unwrap_err().contains("gaps"));
        assert!(slurm("auto", "3", ["1", "3", "3", "1"]).unwrap_err().contains("auto/4"));
        assert_eq!(slurm("auto/4", "3", ["1", "3", "3", "1"]), Ok((3, 4)));
        assert!(slurm("auto/4", "2", ["2", "2", "3", "1"]).unwrap_err().contains("there are 2"));
    }

    fn gitlab(share: &str, index: &str) -> Result<(u32, u32), String> {
        find(share, &[("GITLAB_CI", "true"), ("CI_NODE_INDEX", index), ("CI_NODE_TOTAL", "4")])
    }

    #[test]
    fn other_schedulers_count_as_they_do() {
        assert_eq!(gitlab("auto", "4"), Ok((4, 4)));
        assert!(gitlab("auto", "0").is_err());
        let alone = find("auto", &[("GITLAB_CI", "true"), ("CI_NODE_TOTAL", "1")]);
        assert!(alone.unwrap_err().contains("nothing"));
        assert!(
            find("auto", &[("CI_NODE_INDEX", "1"), ("CI_NODE_TOTAL", "4")]).is_err(),
            "not GitLab's"
        );
        assert_eq!(find("auto/4", &[("JOB_COMPLETION_INDEX", "0")]), Ok((1, 4)));
        assert_eq!(find("auto/4", &[("NOMAD_ALLOC_INDEX", "3")]), Ok((4, 4)));
        assert!(find("auto/4", &[("NOMAD_ALLOC_INDEX", "4")]).is_err());
        assert!(find("auto", &[("JOB_COMPLETION_INDEX", "0")]).unwrap_err().contains("auto/4"));
        assert!(gitlab("auto/3", "1").is_err());
    }

    #[test]
    fn what_the_user_says_beats_what_schedulers_say() {
        let both = [
            ("GITLAB_CI", "true"),
            ("CI_NODE_INDEX", "1"),
            ("CI_NODE_TOTAL", "4"),
            ("NOMAD_ALLOC_INDEX", "2"),
        ];
        assert!(find("auto/4", &both).unwrap_err().contains("Nomad says 3 of 4"));
        assert_eq!(find("auto", &[&both[..], &[("WSSIM_SHARD", "2/8")]].concat()), Ok((2, 8)));
        assert!(find("auto", &[("WSSIM_SHARD", "k3v/4")]).unwrap_err().contains("k3v/4"));
    }
}
