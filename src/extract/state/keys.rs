//! The names that shops' scripts and `data-` attributes give to what is known of goods, and what they mean.

/// What a name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Name,
    /// A number of the goods by its full name: `sku`, `productId`.
    Sku,
    /// A number of whatever it stands in.
    Id,
    Brand,
    Mpn,
    Model,
    Gtin,
    Price,
    /// A price that is paid where there is another one too: `salePrice`.
    Sale,
    /// A price crossed out.
    Before,
    /// Several prices, or a price with its currency.
    Prices,
    /// The amount in such a thing.
    Amount,
    /// A price that is not that of one piece of the goods today.
    Aside,
    Currency,
    Stock,
    /// Whether they can be bought: true or false.
    Buyable,
    /// Whether they cannot.
    SoldOut,
    Seller,
    SellerId,
    Image,
    Category,
    Description,
    Condition,
    Attributes,
    /// Kinds of the same goods.
    Variants,
    Url,
    Rating,
    Reviews,
}

/// A name without case, spaces and marks; none for one that is longer than any that is known.
fn plain<'b>(name: &str, into: &'b mut [u8; LONGEST]) -> Option<&'b str> {
    let mut length = 0;
    for byte in name.bytes().filter(u8::is_ascii_alphanumeric) {
        *into.get_mut(length)? = byte.to_ascii_lowercase();
        length += 1;
    }
    std::str::from_utf8(&into[..length]).ok()
}

/// What `name` means; none for other names.
pub(super) fn key(name: &str) -> Option<Key> {
    let mut slot = SEED;
    for byte in name.bytes().filter(u8::is_ascii_alphanumeric) {
        slot = stirred(slot, byte.to_ascii_lowercase());
    }
    // Most names are those of nothing, and found to be by this alone.
    let mut at = slot as usize % SLOTS.len();
    while SLOTS[at] != NOBODY {
        let (known, key) = KEYS[usize::from(SLOTS[at])];
        let mut room = [0; LONGEST];
        if plain(name, &mut room)? == known {
            return Some(key);
        }
        at = (at + 1) % SLOTS.len();
    }
    None
}

/// The places of `KEYS` by a number made of the name, each in the first free slot from its own on.
static SLOTS: [u8; 2048] = {
    let mut slots = [NOBODY; 2048];
    let mut n = 0;
    while n < KEYS.len() {
        let name = KEYS[n].0.as_bytes();
        let (mut slot, mut at) = (SEED, 0);
        while at < name.len() {
            slot = stirred(slot, name[at]);
            at += 1;
        }
        let mut place = slot as usize % slots.len();
        while slots[place] != NOBODY {
            place = (place + 1) % slots.len();
        }
        slots[place] = n as u8;
        n += 1;
    }
    slots
};
const NOBODY: u8 = u8::MAX;
const SEED: u32 = 0x811c_9dc5;

/// FNV-1a.
const fn stirred(sum: u32, byte: u8) -> u32 {
    (sum ^ byte as u32).wrapping_mul(0x0100_0193)
}

/// Whether a name says that an amount is in the smallest unit of its currency.
pub(super) fn is_minor(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["cent", "minor", "subunit"]
        .iter()
        .any(|w| name.contains(w))
        && !name.contains("percent")
}

/// Names under which a page keeps its own goods.
pub(super) fn is_own(name: &str) -> bool {
    let mut room = [0; LONGEST];
    let own = |name: &str| OWN.binary_search(&name).is_ok();
    plain(name, &mut room).is_some_and(own)
}

/// Names under which it keeps others: neighbours, a cart, what was looked at.
pub(super) fn is_others(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    OTHERS.iter().any(|word| name.contains(word))
}

const OTHERS: &[&str] = &[
    "related",
    "recommend",
    "similar",
    "upsell",
    "crosssell",
    "cross_sell",
    "accessor",
    "alsobought",
    "also_",
    "alsoviewed",
    "recently",
    "viewed",
    "history",
    "sponsored",
    "impression",
    "wishlist",
    "suggest",
    "bestseller",
    "carousel",
    "bundle",
    "basket",
    "minicart",
    "cartitem",
    "compare",
    "review",
    "banner",
    "menu",
    "navigation",
    "filter",
    "facet",
    "warranty",
    "shipping",
    "delivery",
    "installment",
];

/// Bytes of the longest known name.
const LONGEST: usize = 24;

/// Sorted by bytes.
const OWN: &[&str] = &[
    "currentproduct",
    "currentsku",
    "detail",
    "details",
    "goods",
    "goodsinfo",
    "item",
    "itemdata",
    "itemdo",
    "listing",
    "listingdetails",
    "pdp",
    "pdpdata",
    "product",
    "productdata",
    "productdetail",
    "productdetails",
    "productinfo",
    "productmaster",
    "selectedproduct",
    "selectedsku",
    "skuinfo",
];

/// Sorted by bytes.
#[rustfmt::skip]
pub(super) const KEYS: &[(&str, Key)] = {
    use Key::*;
    &[
    ("activityprice", Sale), ("additionalproperties", Attributes), ("amount", Amount), ("article", Id),
    ("articleid", Sku), ("articlenumber", Sku), ("attributes", Attributes), ("availability", Stock),
    ("availabilitystatus", Stock), ("available", Buyable), ("availableforsale", Buyable), ("averagerating", Rating),
    ("barcode", Gtin), ("baseprice", Before), ("basicprice", Aside), ("bestoffer", Prices), ("bestprice", Sale),
    ("brand", Brand), ("brandname", Brand), ("breadcrumb", Category), ("breadcrumbs", Category), ("buyable", Buyable),
    ("buybox", Prices), ("categories", Category), ("category", Category), ("categoryname", Category),
    ("categorypath", Category), ("centamount", Amount), ("characteristics", Attributes), ("code", Id),
    ("colors", Variants), ("compareatprice", Before), ("condition", Condition), ("crossedoutprice", Before),
    ("crossedprice", Before), ("currency", Currency), ("currencycode", Currency), ("currencyid", Currency),
    ("currencyiso", Currency), ("current", Amount), ("currentprice", Sale), ("defaultoffer", Prices),
    ("defaultvariant", Prices), ("description", Description), ("discount", Aside), ("discountamount", Aside),
    ("discountedprice", Sale), ("discountprice", Sale), ("displayname", Name), ("displayprice", Amount),
    ("ean", Gtin), ("ean13", Gtin), ("eancode", Gtin), ("eans", Gtin), ("ecommpagetype", Aside), ("ecommprodid", Sku),
    ("finalprice", Sale), ("formatted", Amount), ("formattedprice", Amount), ("formattedvalue", Amount),
    ("fullprice", Before), ("goodsid", Sku), ("goodsname", Name), ("grossprice", Price), ("gtin", Gtin),
    ("gtin12", Gtin), ("gtin13", Gtin), ("gtin14", Gtin), ("gtin8", Gtin), ("gtins", Gtin), ("headline", Name),
    ("highprice", Aside), ("id", Id), ("image", Image), ("images", Image), ("imageurl", Image), ("imageurls", Image),
    ("img", Image), ("instock", Buyable), ("inventorystatus", Stock), ("isavailable", Buyable), ("isbn", Gtin),
    ("isbuyable", Buyable), ("isinstock", Buyable), ("isoutofstock", SoldOut), ("issoldout", SoldOut),
    ("itemavailability", Stock), ("itembrand", Brand), ("itemcategory", Category), ("itemcondition", Condition),
    ("itemid", Sku), ("itemname", Name), ("itemnumber", Sku), ("itemprice", Price), ("link", Url),
    ("listprice", Before), ("longdescription", Description), ("lowprice", Aside), ("mainimage", Image),
    ("manufacturer", Brand), ("manufacturername", Brand), ("manufacturerpartnumber", Mpn), ("marke", Brand),
    ("marketprice", Before), ("maxprice", Aside), ("merchant", Seller), ("merchantid", SellerId),
    ("merchantname", Seller), ("mfrpartnumber", Mpn), ("minprice", Aside), ("model", Model), ("modelnumber", Model),
    ("mpn", Mpn), ("mpnnumber", Mpn), ("msrp", Before), ("name", Name), ("now", Amount), ("nowprice", Sale),
    ("offer", Prices), ("offerprice", Sale), ("offers", Prices), ("oldprice", Before), ("original", Before),
    ("originalprice", Before), ("outofstock", SoldOut), ("partnumber", Mpn), ("picture", Image), ("pictures", Image),
    ("preis", Price), ("price", Price), ("priceamount", Price), ("pricecurrency", Currency), ("pricedata", Prices),
    ("priceinfo", Prices), ("pricerange", Aside), ("prices", Prices), ("priceto", Sale), ("pricetopay", Sale),
    ("pricevalue", Price), ("pricing", Prices), ("productavailability", Stock), ("productbrand", Brand),
    ("productcategory", Category), ("productcode", Sku), ("productean", Gtin), ("productgtin", Gtin),
    ("productid", Sku), ("productmodel", Model), ("productname", Name), ("productnumber", Sku),
    ("productprice", Price), ("productsku", Sku), ("producttitle", Name), ("producturl", Url),
    ("properties", Attributes), ("purchasable", Buyable), ("ratingvalue", Rating), ("rawprice", Price),
    ("recommendedprice", Before), ("regularprice", Before), ("reserveprice", Before), ("retailprice", Before),
    ("reviewcount", Reviews), ("reviewscount", Reviews), ("rrp", Before), ("sale", Amount), ("saleprice", Sale),
    ("selectedvariant", Prices), ("seller", Seller), ("selleraddress", Aside), ("sellerid", SellerId),
    ("sellername", Seller), ("sellernickname", Seller), ("sellingprice", Sale), ("shop", Seller),
    ("shopid", SellerId), ("shopname", Seller), ("shortdescription", Description), ("sku", Sku), ("skucode", Sku),
    ("skuid", Sku), ("skus", Variants), ("soldout", SoldOut), ("specialprice", Sale), ("specifications", Attributes),
    ("specs", Attributes), ("stock", Stock), ("stocklevel", Stock), ("stockquantity", Stock), ("stockstatus", Stock),
    ("storename", Seller), ("strikeprice", Before), ("subject", Name), ("supplier", Seller), ("thumbnail", Image),
    ("title", Name), ("totalreviews", Reviews), ("unitprice", Aside), ("upc", Gtin), ("url", Url), ("uvp", Before),
    ("value", Amount), ("variants", Variants), ("variations", Variants), ("vendor", Brand), ("was", Before),
    ("wasprice", Before),
    ]
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_spelling() {
        assert!(KEYS.windows(2).all(|w| w[0].0 < w[1].0), "{KEYS:?}");
        assert!(OWN.windows(2).all(|w| w[0] < w[1]));
        assert!(KEYS.iter().all(|(name, _)| name.len() <= LONGEST));
        assert!(KEYS.len() < usize::from(NOBODY));
        assert!(KEYS.iter().all(|(name, known)| key(name) == Some(*known)));
        assert_eq!(key("Product-ID"), Some(Key::Sku));
        assert_eq!(key("sale_price"), Some(Key::Sale));
        assert_eq!(key("itempropertiesofaveryspeciallengthindeed"), None);
        assert!(is_own("pdpData") && !is_own("data"));
        assert!(is_others("relatedProducts") && !is_others("product"));
        assert!(is_minor("priceInCents") && !is_minor("discountPercent"));
    }
}
