//! Places on earth.

use serde_json::Value as Json;

use super::decimal::{self, Rounding};
use super::error;
use super::machine::{Answer, Arguments, Stop};
use super::math::number;
use crate::value::{CellError, Value};

/// The radius of the earth in kilometres.
const EARTH: f64 = 6371.0;

pub(super) fn position(arguments: &Arguments) -> Answer {
    let (lng, lat) = (arguments.number(0)?, arguments.number(1)?);
    if lng.abs() > 180.into() || lat.abs() > 90.into() {
        return error(CellError::Num);
    }
    let text = format!("{{\"lng\":{},\"lat\":{}}}", lng.normalize(), lat.normalize());
    serde_json::from_str(&text).map(Value::Json).map_err(|_| CellError::Value.into())
}

/// Longitude and latitude of a location, in radians.
fn coordinates(value: &Value) -> Result<(f64, f64), Stop> {
    let json = match value {
        Value::Null => return Err(Stop::Empty),
        Value::Json(json) => json,
        _ => return Err(CellError::Value.into()),
    };
    let degrees = |key: &str| match json.get(key) {
        Some(Json::Number(number)) => number.as_f64().map(f64::to_radians).ok_or(Stop::Error(CellError::Value)),
        _ => Err(Stop::Error(CellError::Value)),
    };
    Ok((degrees("lng")?, degrees("lat")?))
}

/// Along a great circle, to the metre.
pub(super) fn distance(arguments: &Arguments) -> Answer {
    let ((lng_a, lat_a), (lng_b, lat_b)) = (coordinates(arguments.value(0))?, coordinates(arguments.value(1))?);
    let (across, up) = (((lng_b - lng_a) / 2.0).sin(), ((lat_b - lat_a) / 2.0).sin());
    let half = (up * up + lat_a.cos() * lat_b.cos() * across * across).sqrt().min(1.0);
    number(decimal::approximate(2.0 * EARTH * half.asin()).and_then(|km| decimal::round(km, 3, Rounding::HalfAway)))
}
