//! Whole documents through the real typesetter with the machine's fonts.
use paper::{Bar, Block, Card, Column, Document, Fault, Press, Section};
use std::path::Path;

fn sample(language: &str) -> Document {
    let card = |name: &str, value: &str| Card { name: name.into(), value: value.into(), more: "上月 12".into() };
    let rows =
        (1..=60).map(|n| vec![format!("YN-{n}"), "#set page(fill: red) $x$ *bold* \\ @ref <label> [ ] // 注释".to_string(), n.to_string()]).collect();
    Document {
        language: language.into(),
        title: "云帆零售 2025 年 9 月服务报告".into(),
        kind: "大客户专属服务报告".into(),
        subtitle: "企业级 v2".into(),
        meta: vec![("服务期间".into(), "2025-09-01 至 2025-09-30".into()), ("技术服务经理".into(), "周岩".into())],
        sections: vec![
            Section {
                heading: "一、概览".into(),
                blocks: vec![
                    Block::Cards(vec![card("新开工单", "128"), card("已解决", "120"), card("守约", "98.4%"), card("违约", "2")]),
                    Block::Text("第一段。\n\nSecond paragraph with #markup and 中英 mixed.".into()),
                ],
            },
            Section {
                heading: "二、工单分析".into(),
                blocks: vec![
                    Block::Bars {
                        bars: vec![Bar { name: "云服务器".into(), values: vec![40, 2] }, Bar { name: "rds".into(), values: vec![7, 0] }],
                        series: vec!["守约".into(), "违约".into()],
                        alt: "守约与违约，按产品".into(),
                    },
                    Block::Table {
                        columns: vec![Column::text("单号", 0), Column::text("标题", 1), Column::number("小时")],
                        rows,
                        empty: "无".into(),
                    },
                    Block::Table { columns: vec![Column::text("单号", 0)], rows: vec![], empty: "本月没有违约。".into() },
                    Block::Note("口径见附注。".into()),
                    Block::List(vec!["一".into(), "二".into()]),
                ],
            },
        ],
        foot: "一诺 · 云帆零售".into(),
        page_of: "第 {n} 页，共 {all} 页".into(),
        author: "Yinuo".into(),
    }
}

#[test]
fn values_become_pages_and_never_markup() {
    let press = Press::open(None).unwrap();
    let pdf = press.print(&sample("zh-CN")).unwrap();
    assert!(pdf.starts_with(b"%PDF-1.7"), "{:?}", &pdf[..8]);
    let has = |part: &[u8]| pdf.windows(part.len()).any(|w| w == part);
    assert!(has(b"/StructTreeRoot") && has(b"/MarkInfo"), "tagged for who cannot see it");
    assert_eq!(press.print(&sample("zh-CN")).unwrap(), pdf, "the same values are the same pages");
    if let Ok(to) = std::env::var("PAPER_SAMPLE") {
        std::fs::write(to, &pdf).unwrap();
    }
    assert!(press.print(&sample("en")).unwrap().len() > 10_000);
    assert!(press.print(&Document::default()).unwrap().starts_with(b"%PDF"), "even an empty one");
}
#[test]
fn a_machine_without_fonts_is_told_what_to_install() {
    let nowhere = Path::new("/nonexistent/fonts");
    let Err(fault) = Press::open(Some(nowhere)) else { panic!("there are no fonts there") };
    assert_eq!(fault, Fault::NoFonts { looked_in: vec![nowhere.to_path_buf()] });
    assert!(fault.to_string().contains("fonts-noto-cjk"), "{fault}");
}
