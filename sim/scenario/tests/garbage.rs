//! Whatever is in a file: diagnostics, never a panic. Mutations of a valid scenario by a seeded
//! generator; a failure prints its number.

#![allow(clippy::unwrap_used)]

use wssim_experiment::question::Worlds;
use wssim_kernel::stream::scatter;
use wssim_scenario::Scenario;

/// Pieces that are likely to matter somewhere.
const PIECES: &[&str] = &[
    "[",
    "]",
    "{",
    "}",
    "\"",
    "=",
    "-1",
    "0",
    "1e400",
    "\"none\"",
    "[[",
    "]]",
    ".",
    ",",
    "\n",
    "nan",
    "true",
    "\"exp(1ms)\"",
    "\"zipf(\"",
    "é",
    "\u{202e}",
    "\"\\u001b\"",
    "enabled = false\n",
    "[service.web]\n",
    "9e99",
    "\"mixture(0.5: 1ms)\"",
    "= {}",
    "= []",
    "= [[]]",
    "\"\"",
    "value",
    "range",
];

struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(1);
        (scatter(self.0) % limit.max(1) as u64) as usize
    }
}

fn mutate(text: &str, numbers: &mut Numbers) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for _ in 0..=numbers.below(3) {
        let at = numbers.below(letters.len());
        match numbers.below(5) {
            0 => {
                let end = (at + 1 + numbers.below(12)).min(letters.len());
                letters.drain(at..end);
            }
            1 => {
                let piece = PIECES[numbers.below(PIECES.len())];
                letters.splice(at..at, piece.chars());
            }
            2 => {
                let from = numbers.below(letters.len());
                let to = (from + numbers.below(60)).min(letters.len());
                let copy = letters[from..to].to_vec();
                letters.splice(at..at, copy);
            }
            3 => {
                // A value gives way to another kind of value.
                let equals = letters[at..]
                    .iter()
                    .position(|letter| *letter == '=')
                    .map(|offset| at + offset);
                if let Some(start) = equals {
                    let length = letters[start..]
                        .iter()
                        .position(|letter| matches!(letter, ',' | '\n' | '}'));
                    let end = start + length.unwrap_or(1);
                    let piece = format!("= {}", PIECES[numbers.below(PIECES.len())]);
                    letters.splice(start..end, piece.chars());
                }
            }
            _ => {
                if let Some(letter) = letters.get_mut(at) {
                    *letter = char::from(32 + numbers.below(95) as u8);
                }
            }
        }
    }
    letters.into_iter().collect()
}

#[test]
fn garbage_never_panics() {
    const CASES: u64 = 4_000;
    let folder =
        std::env::temp_dir().join(format!("wssim-scenario-garbage-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let texts = ["estate", "after", "growing"]
        .map(|name| std::fs::read_to_string(format!("tests/scenarios/{name}.toml")).unwrap());
    std::fs::write(folder.join("estate.toml"), &texts[0]).unwrap();
    let path = folder.join("garbage.toml");
    let (mut good, mut bad) = (0, 0);
    for case in 0..CASES {
        let mut numbers = Numbers(case << 32);
        let which = match case % 6 {
            0 => 1,
            1 => 2,
            _ => 0,
        };
        let text = mutate(&texts[which], &mut numbers);
        std::fs::write(&path, &text).unwrap();
        let outcome =
            std::panic::catch_unwind(|| match Scenario::load(path.to_str().unwrap(), &[]) {
                Ok(scenario) => {
                    let _ = (scenario.question(), scenario.print_config(), scenario.placements());
                    let _ = (scenario.offered_load(), scenario.blueprint(None, &[]));
                    true
                }
                Err(diagnostics) => {
                    assert!(!diagnostics.items.is_empty());
                    let _ = diagnostics.render(true);
                    false
                }
            });
        match outcome {
            Ok(true) => good += 1,
            Ok(false) => bad += 1,
            Err(why) => panic!("case {case} panicked: {why:?}\n{text}"),
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
    // Both sides are exercised.
    assert!(good > CASES / 50 && bad > CASES / 2, "{good} good, {bad} bad");
}

#[test]
fn wild_overrides_never_panic() {
    let mut numbers = Numbers(7);
    let valid = "service.ws-company.endpoint.list.steps[0].cpu=exp(3ms)";
    for _ in 0..1_000 {
        let set = mutate(valid, &mut numbers);
        let _ = Scenario::load("tests/scenarios/estate.toml", &[set]);
    }
}
