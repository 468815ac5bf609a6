//! Lowers rollouts and their images.

use super::control::origin;
use super::lowering::Lowering;
use crate::document::rollout::{BuildText, RolloutText};
use crate::document::service::ServiceText;
use crate::renewal;
use wssim_model::ids::{NodeId, ServiceId};
use wssim_model::orchestrator::{Build, Image, ImageSource, Renewal, Rollout};

impl Lowering<'_> {
    /// The rollouts of the world, by name; their images are added to `images`.
    pub(super) fn rollouts(&self, images: &mut Vec<Image>) -> Vec<Rollout> {
        let mut all: Vec<&RolloutText> = renewal::rollouts(self.document).iter().collect();
        all.sort_by(|a, b| a.id.cmp(&b.id));
        all.into_iter().map(|rollout| self.rollout(rollout, images)).collect()
    }

    fn rollout(&self, text: &RolloutText, images: &mut Vec<Image>) -> Rollout {
        let build = text.build.as_ref().and_then(|build| self.build(build));
        let renewals = renewal::services(self.document, text).into_iter().map(|at| {
            let service = self.document.services.values().nth(at);
            images.extend(service.map(|service| self.new_image(text, service, build.as_ref())));
            Renewal { service: ServiceId::from(at), image: images.len() - 1 }
        });
        let renewals = renewals.collect();
        let (name, stack) = (text.id.clone(), renewal::deployed(text));
        Rollout { name, stack, at: text.at, build, renewals }
    }

    fn build(&self, text: &BuildText) -> Option<Build> {
        let name = text.node.as_ref()?;
        let node = self.document.nodes.keys().position(|node| *node == name.text)?;
        Some(Build { node: NodeId::from(node), cpu: text.cpu.clone(), at_once: text.at_once })
    }

    /// Omitted properties are those of the service's previous image. An image that is built but not
    /// pushed is pulled from its builder.
    fn new_image(&self, text: &RolloutText, service: &ServiceText, build: Option<&Build>) -> Image {
        let (new, old) = (&text.image, &service.deploy);
        let registry = new.registry.as_ref().or(old.registry.as_ref());
        let from = match (origin(registry.and_then(|name| self.services.get(&name.text))), build) {
            (ImageSource::Outside, Some(build)) => ImageSource::Node(build.node),
            (from, _) => from,
        };
        let rate = new.rate.or(old.image_rate).unwrap_or(f64::INFINITY);
        let bytes = new.size.unwrap_or(old.image_size) * (1.0 - new.present);
        Image { from, bytes, rate, bad: new.bad }
    }
}
