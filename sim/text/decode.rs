//! Decodes the bytes of a text file: UTF-8 with or without a byte order mark, or UTF-16 with one, as
//! Windows PowerShell writes it with `>`.

/// Decodes `bytes`.
///
/// # Errors
/// When they are neither UTF-8 nor UTF-16; the message is for the user.
pub fn decoded(bytes: Vec<u8>) -> Result<String, String> {
    let units = |of: fn([u8; 2]) -> u16| {
        let units: Vec<u16> =
            bytes[2..].chunks_exact(2).map(|pair| of([pair[0], pair[1]])).collect();
        let is_whole = bytes.len().is_multiple_of(2);
        let text = String::from_utf16(&units).ok().filter(|_| is_whole);
        text.ok_or_else(|| "it begins like UTF-16 and is not: save it as UTF-8".to_owned())
    };
    match bytes.as_slice() {
        [0xff, 0xfe, ..] => units(u16::from_le_bytes),
        [0xfe, 0xff, ..] => units(u16::from_be_bytes),
        _ => String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            format!("it is not UTF-8 (at byte {at}): save it as UTF-8")
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_says_how_letters_are_written() {
        let text = "services: ü𝄞\n";
        let units: Vec<u16> = text.encode_utf16().collect();
        let little = units.iter().flat_map(|unit| unit.to_le_bytes());
        let big = units.iter().flat_map(|unit| unit.to_be_bytes());
        assert_eq!(decoded([0xff, 0xfe].into_iter().chain(little).collect()).unwrap(), text);
        assert_eq!(decoded([0xfe, 0xff].into_iter().chain(big).collect()).unwrap(), text);
        assert_eq!(decoded(text.as_bytes().to_vec()).unwrap(), text);
        for wrong in [&[0xff, 0xfe, 0x41][..], &[0xff, 0xfe, 0x00, 0xd8], &[0x41, 0xe4]] {
            assert!(decoded(wrong.to_vec()).unwrap_err().contains("UTF-8"));
        }
    }
}
