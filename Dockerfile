# The image `wssim`: the program, static, and the scenarios of the plan beside it. It runs as a user without rights.
#
#   docker build --tag wssim .
#   docker run --rm wssim wssim run after
#   docker run --rm --volume "$PWD:/study" --user "$(id -u)" wssim wssim run shop/scenario.toml
FROM rust:1-slim-bookworm AS build
WORKDIR /source
COPY Cargo.toml Cargo.lock ./
COPY sim sim
COPY reports reports
COPY bench bench
COPY tests tests
COPY scenarios scenarios
# With its C library inside, for which the target must be named.
RUN RUSTFLAGS="-C target-feature=+crt-static" cargo install --locked --path . --root /installed \
  --target "$(rustc --version --verbose | sed -n 's/^host: //p')"

# A shell and git are there for the jobs of GitLab and GitHub.
FROM debian:bookworm-slim
RUN apt-get update && apt-get install --yes --no-install-recommends git && rm -rf /var/lib/apt/lists/* && \
  useradd --uid 10001 --create-home wssim
COPY --from=build /installed/bin/wssim /usr/local/bin/wssim
COPY --chown=wssim scenarios /study/scenarios
RUN mkdir /study/out && chown wssim /study /study/out
USER wssim
WORKDIR /study
CMD ["wssim", "--help"]
