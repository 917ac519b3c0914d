/// Randomness as an argument: seeded from the machine in the server, from one number in a test, so a failing story is one seed.
#[derive(Debug, Clone)]
pub struct Dice(u64, u64);

impl Dice {
    /// xoroshiro128+ seeded through splitmix64. Not for secrets: those come from the operating system, in `desk`.
    pub fn new(seed: u64) -> Dice {
        let mut state = seed;
        let mut splitmix = || {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^ (z >> 31)
        };
        Dice(splitmix(), splitmix())
    }
    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        let (s0, mut s1) = (self.0, self.1);
        let out = s0.wrapping_add(s1);
        s1 ^= s0;
        self.0 = s0.rotate_left(24) ^ s1 ^ (s1 << 16);
        self.1 = s1.rotate_left(37);
        out
    }
    /// A number in `0..n`; 0 when `n` is 0.
    pub fn roll(&mut self, n: u64) -> u64 {
        if n == 0 { 0 } else { ((self.bits() as u128 * n as u128) >> 64) as u64 }
    }
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.roll(from.len() as u64) as usize)
    }
}
