//! `wssim completions` and `wssim man`: made from the description of the command line that also parses
//! it.

use crate::exit::{self, CommandFailure};
use crate::output;
use clap::Command;
use clap_complete::Shell;
use std::io::Write as _;

/// Completions of commands and flags for a shell, on standard output
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  wssim completions bash > ~/.local/share/bash-completion/completions/wssim
  wssim completions zsh > ~/.zfunc/_wssim")]
pub(crate) struct Completions {
    /// Which shell
    shell: Shell,
}

/// The manual page, all commands in it, on standard output
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Example:
  wssim man > wssim.1 && man ./wssim.1")]
pub(crate) struct Manual {}

/// Prints the completions; returns the exit status.
pub(crate) fn completions(args: &Completions, mut line: Command) -> Result<u8, CommandFailure> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut line, "wssim", &mut text);
    print(&text)
}

/// Prints the manual page; returns the exit status.
pub(crate) fn manual(line: Command) -> Result<u8, CommandFailure> {
    let mut text = Vec::new();
    write_page(line, &mut text)
        .map_err(|error| CommandFailure::file(&format!("error: the manual page: {error}")))?;
    print(&text)
}

/// One page: the program, then each command with its heading.
fn write_page(line: Command, text: &mut Vec<u8>) -> std::io::Result<()> {
    let mut command = line.disable_help_subcommand(true);
    command.build();
    let page = clap_mangen::Man::new(command.clone());
    page.render_title(text)?;
    page.render_name_section(text)?;
    page.render_synopsis_section(text)?;
    page.render_description_section(text)?;
    page.render_options_section(text)?;
    for inner in command.get_subcommands() {
        command_section(text, inner)?;
        for part in inner.get_subcommands() {
            command_section(text, part)?;
        }
    }
    page.render_extra_section(text)?;
    page.render_version_section(text)
}

fn command_section(text: &mut Vec<u8>, command: &Command) -> std::io::Result<()> {
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name()).to_owned();
    writeln!(text, ".SH \"{}\"", name.to_uppercase())?;
    let page = clap_mangen::Man::new(command.clone().display_name(name));
    page.render_synopsis_section(text)?;
    page.render_description_section(text)?;
    page.render_options_section(text)?;
    page.render_extra_section(text)
}

fn print(text: &[u8]) -> Result<u8, CommandFailure> {
    output::print_plain(&String::from_utf8_lossy(text))?;
    Ok(exit::HOLDS)
}
