//! The files of `plans/`, compiled in, so that the binary needs no folder beside it. A test compares this list with the folder.

macro_rules! files {
    ($($name:literal)*) => {
        /// Path below `plans/` and text.
        pub const FILES: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../../../plans/", $name)))),*];
    };
}
files! {
    "ali/basic@v1.toml"
    "ali/basic@v2.toml"
    "ali/bid_enterprise_standard@2021.toml"
    "ali/business@v1.toml"
    "ali/enterprise@v1.toml"
    "ali/enterprise@v2.toml"
    "ali/enterprise_trial@v1.toml"
    "ali/excellence@v2.toml"
    "ali/top@v1.toml"
    "ali/top@v2.toml"
    "calendars/cal_24x7.toml"
    "calendars/cal_ae.toml"
    "calendars/cal_ali_online_bot.toml"
    "calendars/cal_ali_online_human.toml"
    "calendars/cal_au.toml"
    "calendars/cal_bid_work_hours.toml"
    "calendars/cal_cn_mainland.toml"
    "calendars/cal_cn_working_days.toml"
    "calendars/cal_nl.toml"
    "calendars/cal_volc_7x12.toml"
    "calendars/holidays/cn.toml"
    "credits/ali_article@2025.toml"
    "volc/default@2025.toml"
}
