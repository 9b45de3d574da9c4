//! A listing's forms on disk: form 2 is form 1 with what was added since.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    Fault, Nanos, by_code,
    price::{MoneyForm, UnitPriceForm},
};
use crate::model::{
    Availability, Block, Capture, Class, Code, Listing, ListingId, ListingStatus, Seller,
};

/// The form in which listings are written.
pub(super) const FORM: u8 = 2;

#[derive(Serialize, Deserialize)]
pub(super) struct ListingForm {
    id: String,
    platform: String,
    url: String,
    title: Option<String>,
    description: Option<String>,
    price: Option<MoneyForm>,
    list_price: Option<MoneyForm>,
    brand: Option<String>,
    manufacturer: Option<String>,
    manufacturer_address: Option<String>,
    importer: Option<String>,
    model: Option<String>,
    mpn: Option<String>,
    sku: Option<String>,
    gtin: Option<String>,
    codes: Vec<CodeForm>,
    category: Vec<String>,
    class: Option<(String, f64)>,
    condition: Option<String>,
    availability: Option<u8>,
    seller: SellerForm,
    campaigns: Vec<String>,
    images: Vec<String>,
    attributes: BTreeMap<String, String>,
    standards: Vec<String>,
    rating: Option<f64>,
    review_count: Option<u64>,
    sales: Option<u64>,
    region: Option<String>,
    language: Option<String>,
    observed: Vec<u8>,
    paths: BTreeMap<String, String>,
    first_seen: Option<Nanos>,
    last_seen: Option<Nanos>,
    status: u8,
    version: u64,
    capture: Option<CaptureForm>,
}

/// Form 2. Bytes of form 1 are the beginning of it.
#[derive(Serialize, Deserialize)]
pub(super) struct ListingForm2 {
    first: ListingForm,
    unit_price: Option<UnitPriceForm>,
    manufacturer_region: Option<String>,
    importer_region: Option<String>,
    seller_region: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct CodeForm {
    scheme: String,
    raw: String,
    value: Option<String>,
    valid: bool,
    path: String,
}

#[derive(Serialize, Deserialize)]
struct SellerForm {
    id: Option<String>,
    name: Option<String>,
    url: Option<String>,
    location: Option<String>,
    licence: Option<String>,
    rating: Option<f64>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct CaptureForm {
    warc: String,
    offset: u64,
    sha256: String,
    fetched_at: Nanos,
}

impl From<Listing> for ListingForm2 {
    fn from(mut l: Listing) -> Self {
        Self {
            unit_price: l.unit_price.take().map(Into::into),
            manufacturer_region: l.manufacturer_region.take(),
            importer_region: l.importer_region.take(),
            seller_region: l.seller.region.take(),
            first: l.into(),
        }
    }
}

impl TryFrom<ListingForm2> for Listing {
    type Error = Fault;

    fn try_from(f: ListingForm2) -> Result<Self, Fault> {
        let mut listing = Self::try_from(f.first)?;
        listing.unit_price = f.unit_price.map(TryInto::try_into).transpose()?;
        listing.manufacturer_region = f.manufacturer_region;
        listing.importer_region = f.importer_region;
        listing.seller.region = f.seller_region;
        Ok(listing)
    }
}

impl From<Listing> for ListingForm {
    fn from(l: Listing) -> Self {
        Self {
            id: l.id.as_str().to_owned(),
            platform: l.platform,
            url: l.url,
            title: l.title,
            description: l.description,
            price: l.price.map(Into::into),
            list_price: l.list_price.map(Into::into),
            brand: l.brand,
            manufacturer: l.manufacturer,
            manufacturer_address: l.manufacturer_address,
            importer: l.importer,
            model: l.model,
            mpn: l.mpn,
            sku: l.sku,
            gtin: l.gtin,
            codes: l.codes.into_iter().map(Into::into).collect(),
            category: l.category,
            class: l.class.map(|class| (class.id, class.score)),
            condition: l.condition,
            availability: l.availability.map(availability_code),
            seller: l.seller.into(),
            campaigns: l.campaigns,
            images: l.images,
            attributes: l.attributes,
            standards: l.standards,
            rating: l.rating,
            review_count: l.review_count,
            sales: l.sales,
            region: l.region,
            language: l.language,
            observed: l.observed.into_iter().map(block_code).collect(),
            paths: l.paths,
            first_seen: l.first_seen.map(Into::into),
            last_seen: l.last_seen.map(Into::into),
            status: status_code(l.status),
            version: l.version,
            capture: l.capture.map(Into::into),
        }
    }
}

impl TryFrom<ListingForm> for Listing {
    type Error = Fault;

    fn try_from(f: ListingForm) -> Result<Self, Fault> {
        Ok(Self {
            id: ListingId::from(f.id),
            platform: f.platform,
            url: f.url,
            title: f.title,
            description: f.description,
            price: f.price.map(TryInto::try_into).transpose()?,
            list_price: f.list_price.map(TryInto::try_into).transpose()?,
            brand: f.brand,
            manufacturer: f.manufacturer,
            manufacturer_address: f.manufacturer_address,
            importer: f.importer,
            model: f.model,
            mpn: f.mpn,
            sku: f.sku,
            gtin: f.gtin,
            codes: f.codes.into_iter().map(Into::into).collect(),
            category: f.category,
            class: f.class.map(|(id, score)| Class { id, score }),
            condition: f.condition,
            availability: f.availability.map(availability_of).transpose()?,
            seller: f.seller.into(),
            campaigns: f.campaigns,
            images: f.images,
            attributes: f.attributes,
            standards: f.standards,
            rating: f.rating,
            review_count: f.review_count,
            sales: f.sales,
            region: f.region,
            language: f.language,
            observed: f
                .observed
                .into_iter()
                .map(block_of)
                .collect::<Result<_, _>>()?,
            paths: f.paths,
            first_seen: f.first_seen.map(Nanos::time).transpose()?,
            last_seen: f.last_seen.map(Nanos::time).transpose()?,
            status: status_of(f.status)?,
            version: f.version,
            capture: f.capture.map(TryInto::try_into).transpose()?,
            unit_price: None,
            manufacturer_region: None,
            importer_region: None,
        })
    }
}

impl From<Code> for CodeForm {
    fn from(code: Code) -> Self {
        Self {
            scheme: code.scheme,
            raw: code.raw,
            value: code.value,
            valid: code.valid,
            path: code.path,
        }
    }
}

impl From<CodeForm> for Code {
    fn from(form: CodeForm) -> Self {
        Self {
            scheme: form.scheme,
            raw: form.raw,
            value: form.value,
            valid: form.valid,
            path: form.path,
        }
    }
}

impl From<Seller> for SellerForm {
    fn from(seller: Seller) -> Self {
        Self {
            id: seller.id,
            name: seller.name,
            url: seller.url,
            location: seller.location,
            licence: seller.licence,
            rating: seller.rating,
        }
    }
}

impl From<SellerForm> for Seller {
    fn from(form: SellerForm) -> Self {
        Self {
            id: form.id,
            name: form.name,
            url: form.url,
            location: form.location,
            licence: form.licence,
            rating: form.rating,
            region: None,
        }
    }
}

impl From<Capture> for CaptureForm {
    fn from(capture: Capture) -> Self {
        Self {
            warc: capture.warc,
            offset: capture.offset,
            sha256: capture.sha256,
            fetched_at: capture.fetched_at.into(),
        }
    }
}

impl TryFrom<CaptureForm> for Capture {
    type Error = Fault;

    fn try_from(form: CaptureForm) -> Result<Self, Fault> {
        Ok(Self {
            warc: form.warc,
            offset: form.offset,
            sha256: form.sha256,
            fetched_at: form.fetched_at.time()?,
        })
    }
}

fn availability_code(availability: Availability) -> u8 {
    match availability {
        Availability::InStock => 0,
        Availability::OutOfStock => 1,
        Availability::PreOrder => 2,
        Availability::Discontinued => 3,
    }
}

fn availability_of(code: u8) -> Result<Availability, Fault> {
    use Availability::{Discontinued, InStock, OutOfStock, PreOrder};
    let all = [InStock, OutOfStock, PreOrder, Discontinued];
    by_code(&all, availability_code, code, "availability")
}

pub(super) fn status_code(status: ListingStatus) -> u8 {
    match status {
        ListingStatus::Active => 0,
        ListingStatus::Gone => 1,
        ListingStatus::Removed => 2,
        ListingStatus::Unreachable => 3,
        ListingStatus::Unread => 4,
    }
}

pub(super) fn status_of(code: u8) -> Result<ListingStatus, Fault> {
    use ListingStatus::{Active, Gone, Removed, Unreachable, Unread};
    let all = [Active, Gone, Removed, Unreachable, Unread];
    by_code(&all, status_code, code, "status of a listing")
}

fn block_code(block: Block) -> u8 {
    match block {
        Block::Title => 0,
        Block::Price => 1,
        Block::Availability => 2,
        Block::Brand => 3,
        Block::Seller => 4,
        Block::Maker => 5,
        Block::Attributes => 6,
        Block::Certificates => 7,
        Block::Description => 8,
        Block::Images => 9,
        Block::Breadcrumbs => 10,
        Block::Reviews => 11,
    }
}

fn block_of(code: u8) -> Result<Block, Fault> {
    by_code(&Block::ALL, block_code, code, "block of a page")
}
