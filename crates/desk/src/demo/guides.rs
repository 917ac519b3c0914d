//! What the demo's customers can read before they ask.
use crate::guide::{Author, GuideIn, create, edit};
use crate::{Act, Fault};
use domain::guide::{Sort, Standing};
use domain::people::{Actor, ask};
use serde::Deserialize;
use store::guide::Texts;

const TEXT: &str = include_str!("guides.toml");

#[derive(Deserialize)]
struct Shelf {
    guide: Vec<Page>,
}
#[derive(Deserialize)]
struct Page {
    kind: String,
    product: String,
    state: String,
    symptoms: Vec<String>,
    titles: Texts,
    bodies: Texts,
}

/// Puts them there in the name of somebody who keeps guides. What is over was published first.
pub(super) fn put(cx: &mut Act, keeper: &Actor) -> Result<(), Fault> {
    let author = Author { draft: ask(keeper).ok_or(Fault::Forbidden { deed: "guide.draft" })?, keep: ask(keeper) };
    let shelf: Shelf = toml::from_str(TEXT).map_err(Fault::internal)?;
    for page in shelf.guide {
        let sort = Sort::parse(&page.kind).ok_or_else(|| Fault::internal("a demo guide of no kind"))?;
        let standing = Standing::Published;
        let new = GuideIn { sort, product: page.product, symptoms: page.symptoms, titles: page.titles, bodies: page.bodies, standing };
        let guide = create(cx, &author, &new)?;
        if Standing::parse(&page.state) == Some(Standing::Ended) {
            edit(cx, &author, guide.id, guide.version, &GuideIn { standing: Standing::Ended, ..new })?;
        }
    }
    Ok(())
}
