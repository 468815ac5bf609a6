//! Lowers the orchestrator: replacements, detection, and places of data and images.

use super::lowering::Lowering;
use crate::document::service::ServiceText;
use crate::places;
use crate::renewal;
use std::collections::BTreeMap;
use wssim_model::blueprint::DataAt;
use wssim_model::ids::{NodeId, ServiceId};
use wssim_model::orchestrator::{Cluster, First, Image, ImageSource, Place, Watched};

impl Lowering<'_> {
    /// Called after services and their containers.
    pub(super) fn control(&mut self) {
        let document = self.document;
        let is_replaced = places::can_be_replaced(document);
        let is_told = is_replaced || !renewal::rollouts(document).is_empty();
        let Some(kind) = document.orchestrator.kind.filter(|_| is_told) else { return };
        let services = &document.services;
        let (mut images, image_of) = self.images();
        let rollouts = self.rollouts(&mut images);
        let watched = services.iter().zip(image_of).map(|((name, service), image)| Watched {
            name: name.clone(),
            restart: (kind.restart)(service.deploy.restart),
            image,
            update: (kind.update)(service.deploy.update, service.replicas),
            rollback: (kind.update)(service.deploy.rollback, service.replicas),
        });
        let place = |container: &wssim_model::blueprint::Container| Place {
            service: container.service,
            node: container.node,
            first: match (container.spare, container.begins) {
                (true, _) => First::Spare,
                (false, Some(_)) => First::Comes,
                (false, None) => First::Runs,
            },
        };
        self.out.control = Some(Cluster {
            kind,
            machines: places::machines(document),
            wanted: places::all_wanted(document),
            services: watched.collect(),
            places: self.out.containers.iter().map(place).collect(),
            images,
            detection: document.orchestrator.detection.clone(),
            rollouts,
        });
    }

    /// All images by name, size, rate and registry, and the image number of each service. An image
    /// without size and registry is available at once: it can neither fail nor take time.
    fn images(&self) -> (Vec<Image>, Vec<Option<usize>>) {
        let mut known: BTreeMap<(&str, [u64; 2], Option<usize>), usize> = BTreeMap::new();
        let mut images = Vec::new();
        let services = self.document.services.values();
        let of_services = services.map(|service| {
            let deploy = &service.deploy;
            let name = deploy.image.as_ref()?;
            let registry = deploy.registry.as_ref().and_then(|name| self.services.get(&name.text));
            if deploy.image_size == 0.0 && registry.is_none() {
                return None;
            }
            let rate = deploy.image_rate.unwrap_or(f64::INFINITY);
            let numbers = [deploy.image_size, rate].map(f64::to_bits);
            Some(*known.entry((&name.text, numbers, registry.copied())).or_insert_with(|| {
                let (from, bytes) = (origin(registry), deploy.image_size);
                images.push(Image { from, bytes, rate, bad: None });
                images.len() - 1
            }))
        });
        let image_of = of_services.collect();
        (images, image_of)
    }

    /// Where the data of a container of `service` on `node` is; `homes` are the initial nodes of the
    /// service.
    pub(super) fn data_at(&self, service: &ServiceText, node: usize, homes: &[usize]) -> DataAt {
        let volumes = &service.deploy.volumes;
        // A phase of a migration copies it.
        let stays = self.document.moving.is_none() && !homes.contains(&node);
        if volumes.iter().any(|volume| volume.is_local) && stays {
            return DataAt::Elsewhere;
        }
        let server = volumes.iter().find_map(|volume| volume.nfs.as_ref());
        let as_service = |name: &String| self.services.get(name).copied();
        let as_node = |name: &String| self.document.nodes.keys().position(|node| node == name);
        match server.map(|name| (as_service(&name.text), as_node(&name.text))) {
            Some((Some(service), _)) => DataAt::Service(ServiceId::from(service)),
            Some((None, Some(node))) => DataAt::Node(NodeId::from(node)),
            _ => DataAt::Here,
        }
    }
}

/// Where an image is pulled from: a simulated registry, or outside.
pub(super) fn origin(registry: Option<&usize>) -> ImageSource {
    registry.map_or(ImageSource::Outside, |at| ImageSource::Registry(ServiceId::from(*at)))
}
