//! One offer of a product as a platform showed it on one day.

use std::{collections::BTreeMap, fmt};

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::Time;

/// A listing's name for as long as it exists: `platform:item`, the item being the platform's own number.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ListingId(String);

impl ListingId {
    /// Joins a platform's id and the platform's own number for the listing.
    pub fn new(platform: &str, item: &str) -> Self {
        Self(format!("{platform}:{item}"))
    }

    /// The whole name, `platform:item`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the first colon.
    pub fn platform(&self) -> &str {
        self.0
            .split_once(':')
            .map_or(self.0.as_str(), |(platform, _)| platform)
    }

    /// The part after the first colon.
    pub fn item(&self) -> &str {
        self.0.split_once(':').map_or("", |(_, item)| item)
    }
}

impl From<String> for ListingId {
    fn from(whole: String) -> Self {
        Self(whole)
    }
}

impl From<&str> for ListingId {
    fn from(whole: &str) -> Self {
        Self(whole.to_owned())
    }
}

impl fmt::Display for ListingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An amount of money: a decimal, never a float, and an ISO 4217 code where it is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// In units of the currency (not cents); shown as a string.
    pub amount: Decimal,
    /// ISO 4217, such as `CNY`; none where the page names no currency.
    pub currency: Option<String>,
}

/// A price for a measure of goods, such as 12.50 CNY for 100 g.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitPrice {
    /// In units of the currency (not cents); shown as a string.
    pub amount: Decimal,
    /// ISO 4217, such as `CNY`; none where the page names no currency.
    pub currency: Option<String>,
    /// How many of `unit` the amount is for, above 0; shown as a string.
    pub quantity: Decimal,
    /// `kg`, `g`, `l`, `ml`, `m`, `m2`, `piece`, …; see `text::price::Measure` for all of them.
    pub unit: String,
}

impl fmt::Display for UnitPrice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{} {}", self.amount, self.quantity, self.unit)
    }
}

/// An identifier as it was found, kept also where it fails its check: a failure is a signal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// `gtin`, `isbn`, `ccc`, `sc`, `qs`, `xk`, `uscc`, `kc`, `fcc`, `ce`, `eprel`, `ul`, `energy`.
    pub scheme: String,
    /// The characters on the page.
    pub raw: String,
    /// The normalised form, where the form could be read.
    pub value: Option<String>,
    /// Whether form and check digit hold; see `text::codes` for each scheme's source.
    pub valid: bool,
    /// Where on the page: a JSON pointer or a CSS path.
    pub path: String,
}

/// Who offers the goods.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Seller {
    /// The platform's own number or name for the shop.
    pub id: Option<String>,
    /// The shop's name as shown.
    pub name: Option<String>,
    /// The shop's page.
    pub url: Option<String>,
    /// Where the shop says it is.
    pub location: Option<String>,
    /// The region that `location` names: six digits of GB/T 2260 where it is a known place in China, else
    /// ISO 3166-1 alpha-2.
    pub region: Option<String>,
    /// Business licence or unified social credit code shown.
    pub licence: Option<String>,
    /// As shown, on the platform's own scale.
    pub rating: Option<f64>,
}

/// The kind of goods by the catalogue: a slug such as `children/toy`, and how sure the match is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Class {
    /// `group/kind`.
    pub id: String,
    /// 0 to 1.
    pub score: f64,
}

/// Whether the goods can be bought, by schema.org's `ItemAvailability`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "schema.org's own words")]
pub enum Availability {
    InStock,
    OutOfStock,
    PreOrder,
    Discontinued,
}

impl Availability {
    /// schema.org's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InStock => "InStock",
            Self::OutOfStock => "OutOfStock",
            Self::PreOrder => "PreOrder",
            Self::Discontinued => "Discontinued",
        }
    }
}

/// What is known of the listing's life on its platform.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum ListingStatus {
    /// Seen and read at the last visit.
    #[default]
    Active,
    /// The platform says that it is not there: 404, 410, a page in these words, or another page in its place.
    Gone,
    /// The platform says that it was taken down.
    Removed,
    /// The platform gave no answer, or failed (5xx).
    Unreachable,
    /// A page came, but it could not be read as a listing.
    Unread,
}

/// A block of a page. "Not there" is only said of a block that was seen and read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names are the blocks")]
pub enum Block {
    Title,
    Price,
    Availability,
    Brand,
    Seller,
    Maker,
    Attributes,
    Certificates,
    Description,
    Images,
    Breadcrumbs,
    Reviews,
}

impl Block {
    /// Every block, in the order in which exports show them.
    pub const ALL: [Self; 12] = [
        Self::Title,
        Self::Price,
        Self::Availability,
        Self::Brand,
        Self::Seller,
        Self::Maker,
        Self::Attributes,
        Self::Certificates,
        Self::Description,
        Self::Images,
        Self::Breadcrumbs,
        Self::Reviews,
    ];

    /// The word used in JSON and in rules.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Price => "price",
            Self::Availability => "availability",
            Self::Brand => "brand",
            Self::Seller => "seller",
            Self::Maker => "maker",
            Self::Attributes => "attributes",
            Self::Certificates => "certificates",
            Self::Description => "description",
            Self::Images => "images",
            Self::Breadcrumbs => "breadcrumbs",
            Self::Reviews => "reviews",
        }
    }
}

/// Where the page that this listing was read from lies in the archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capture {
    /// File name under `archive/`.
    pub warc: String,
    /// Byte offset of the response record's gzip member in that file.
    pub offset: u64,
    /// Hex SHA-256 of the payload as received.
    pub sha256: String,
    /// When the response arrived.
    pub fetched_at: Time,
}

/// One offer of a product, as a platform showed it. Field names follow schema.org/Product where it has one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[allow(
    missing_docs,
    reason = "the fields that say more than their name are described"
)]
pub struct Listing {
    pub id: ListingId,
    pub platform: String,
    pub url: String,
    pub title: Option<String>,
    pub description: Option<String>,
    /// The price a buyer pays.
    pub price: Option<Money>,
    /// The price crossed out.
    pub list_price: Option<Money>,
    /// The price for a measure of the goods; never what a buyer pays.
    pub unit_price: Option<UnitPrice>,
    pub brand: Option<String>,
    pub manufacturer: Option<String>,
    pub manufacturer_address: Option<String>,
    /// The region that the address names, else a Chinese maker's name; as `seller.region`.
    pub manufacturer_region: Option<String>,
    pub importer: Option<String>,
    /// The region that an address behind the importer's name, or a Chinese importer's name, tells; as `seller.region`.
    pub importer_region: Option<String>,
    pub model: Option<String>,
    pub mpn: Option<String>,
    pub sku: Option<String>,
    /// One that passes its check, as 14 digits.
    pub gtin: Option<String>,
    pub codes: Vec<Code>,
    /// Breadcrumb from the root.
    pub category: Vec<String>,
    pub class: Option<Class>,
    /// schema.org's word: `NewCondition`, `UsedCondition`, `RefurbishedCondition`, `DamagedCondition`.
    pub condition: Option<String>,
    pub availability: Option<Availability>,
    pub seller: Seller,
    pub images: Vec<String>,
    /// The attribute table by the names the page uses.
    pub attributes: BTreeMap<String, String>,
    /// Standards named on the page, such as `GB 6675-2014`.
    pub standards: Vec<String>,
    pub rating: Option<f64>,
    pub review_count: Option<u64>,
    /// Pieces sold, as the platform counts them.
    pub sales: Option<u64>,
    /// ISO 3166-1 alpha-2 of the platform's market.
    pub region: Option<String>,
    /// BCP 47 primary tag, a guess from the text where the page is silent.
    pub language: Option<String>,
    /// Blocks that were seen and read, sorted.
    pub observed: Vec<Block>,
    /// Where on the page each field came from: a JSON pointer, a CSS path or a meta name.
    pub paths: BTreeMap<String, String>,
    /// Campaigns that found it, sorted.
    pub campaigns: Vec<String>,
    pub first_seen: Option<Time>,
    pub last_seen: Option<Time>,
    pub status: ListingStatus,
    /// Counts from 1; grows when the content changes.
    pub version: u64,
    pub capture: Option<Capture>,
}

impl Listing {
    /// Whether `block` was seen and read on the page.
    pub fn observed(&self, block: Block) -> bool {
        self.observed.contains(&block)
    }

    /// The same listing without what a visit adds (times, capture, version, campaigns, status) and without the class,
    /// which moves with the catalogue. Two visits with equal content are one version.
    pub fn content(&self) -> Self {
        Self {
            class: None,
            campaigns: Vec::new(),
            first_seen: None,
            last_seen: None,
            status: ListingStatus::default(),
            version: 0,
            capture: None,
            ..self.clone()
        }
    }
}
