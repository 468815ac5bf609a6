//! Every id is its own type: a place in one table of the blueprint or of the world.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// Its place in its table.
            #[inline]
            #[must_use]
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl crate::words::Word for $name {
            #[inline(always)]
            fn to_word(self) -> u32 {
                self.0
            }

            #[inline(always)]
            fn from_word(word: u32) -> Self {
                Self(word)
            }
        }

        impl From<usize> for $name {
            fn from(place: usize) -> Self {
                Self(u32::try_from(place).expect("fewer than 2^32 of anything"))
            }
        }
    )+};
}

ids! {
    /// A node: one machine.
    NodeId,
    /// A service of the cluster.
    ServiceId,
    /// One running instance of a service.
    ContainerId,
    /// One operation of a service.
    EndpointId,
    /// A place in the flat program.
    InstructionId,
    /// A call site with its policy.
    CallId,
    /// A connection pool of one service towards another (each container has its own instance).
    PoolId,
    /// A circuit breaker of one service before another (each container has its own instance).
    BreakerId,
    /// A limit on the calls of one service (each container has its own instance).
    LimitId,
    /// A source of requests.
    SourceId,
    /// A background load.
    BackgroundId,
    /// A parallel step.
    ParallelId,
    /// A class of time-outs of one constant length.
    TimeoutId,
    /// A pair (caller service, callee service) whose calls are measured together.
    QueryId,
    /// An observer of containers: a node's IPVS and DNS, a proxy, or a user outside.
    ObserverId,
    /// A fault.
    FaultId,
    /// A rollout of new images.
    RolloutId,
    /// A key space of a service that caches.
    CacheId,
    /// A labelled CPU step, whose demand a trace may give.
    LabelId,
    /// Something in flight: a place in the slab of frames.
    FrameId,
    /// A connection: a place in the slab of connections.
    ConnectionId,
    /// Work outside containers: a place in the table of a replication's chores.
    ChoreId,
}
