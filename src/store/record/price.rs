//! The forms of money on disk.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Fault, broken};
use crate::model::{Money, UnitPrice};

#[derive(Serialize, Deserialize)]
pub(super) struct MoneyForm {
    /// As text: it keeps the scale.
    amount: String,
    currency: Option<String>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct UnitPriceForm {
    price: MoneyForm,
    /// As text: it keeps the scale.
    quantity: String,
    unit: String,
}

impl From<UnitPrice> for UnitPriceForm {
    fn from(price: UnitPrice) -> Self {
        Self {
            price: MoneyForm::from(Money {
                amount: price.amount,
                currency: price.currency,
            }),
            quantity: price.quantity.to_string(),
            unit: price.unit,
        }
    }
}

impl TryFrom<UnitPriceForm> for UnitPrice {
    type Error = Fault;

    fn try_from(form: UnitPriceForm) -> Result<Self, Fault> {
        let Money { amount, currency } = form.price.try_into()?;
        Ok(Self {
            amount,
            currency,
            quantity: decimal(&form.quantity)?,
            unit: form.unit,
        })
    }
}

impl From<Money> for MoneyForm {
    fn from(money: Money) -> Self {
        Self {
            amount: money.amount.to_string(),
            currency: money.currency,
        }
    }
}

impl TryFrom<MoneyForm> for Money {
    type Error = Fault;

    fn try_from(form: MoneyForm) -> Result<Self, Fault> {
        Ok(Self {
            amount: decimal(&form.amount)?,
            currency: form.currency,
        })
    }
}

fn decimal(text: &str) -> Result<Decimal, Fault> {
    Decimal::from_str_exact(text).map_err(|_| broken(format!("'{text}' is no amount")))
}
