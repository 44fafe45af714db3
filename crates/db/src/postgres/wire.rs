//! Values on PostgreSQL's wire.

use bytes::{BufMut as _, BytesMut};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use tokio_postgres::types::{FromSql, IsNull, Kind, ToSql, Type, to_sql_checked};
use uuid::Uuid;

use crate::bind::Bind;
use crate::codec::Raw;

type Failure = Box<dyn std::error::Error + Sync + Send>;

impl ToSql for Bind {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
        match self {
            Bind::Null => Ok(IsNull::Yes),
            Bind::Bool(yes) => yes.to_sql(kind, out),
            Bind::Int(number) => int(*number, kind, out),
            Bind::Text(text) => text.as_str().to_sql(kind, out),
            Bind::Bytes(bytes) => bytes.as_slice().to_sql(kind, out),
            Bind::Uuid(id) => id.to_sql(kind, out),
            Bind::Decimal(number) => match *kind {
                Type::NUMERIC => number.to_sql(kind, out),
                _ => int(number.to_i64().ok_or("not a whole number")?, kind, out),
            },
            Bind::Real(number) => Decimal::try_from(*number)?.to_sql(kind, out),
            Bind::Date(day) => day.to_sql(kind, out),
            Bind::Time(time) => time.to_sql(kind, out),
            Bind::Instant(at) => at.to_sql(kind, out),
            Bind::List(values) => match kind.kind() {
                Kind::Array(_) => values.as_slice().to_sql(kind, out),
                _ => Err("a list where no array is".into()),
            },
        }
    }

    // Which bind goes with which column is our own doing; `to_sql` refuses what does not fit.
    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn int(number: i64, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
    match *kind {
        Type::INT8 => number.to_sql(kind, out),
        Type::INT4 => i32::try_from(number)?.to_sql(kind, out),
        Type::INT2 => i16::try_from(number)?.to_sql(kind, out),
        Type::XID => {
            out.put_u32(u32::try_from(number)?);
            Ok(IsNull::No)
        }
        Type::NUMERIC => Decimal::from(number).to_sql(kind, out),
        _ => Err(format!("an integer for {kind}").into()),
    }
}

impl<'a> FromSql<'a> for Raw {
    fn from_sql(kind: &Type, bytes: &'a [u8]) -> Result<Raw, Failure> {
        Ok(match *kind {
            Type::BOOL => Raw::Bool(bool::from_sql(kind, bytes)?),
            Type::INT8 => Raw::Int(i64::from_sql(kind, bytes)?),
            Type::INT4 => Raw::Int(i32::from_sql(kind, bytes)?.into()),
            Type::INT2 => Raw::Int(i16::from_sql(kind, bytes)?.into()),
            Type::XID => Raw::Int(u32::from_be_bytes(bytes.try_into()?).into()),
            Type::NUMERIC => Raw::Decimal(Decimal::from_sql(kind, bytes)?),
            Type::UUID => Raw::Uuid(Uuid::from_sql(kind, bytes)?),
            Type::BYTEA => Raw::Bytes(bytes.to_vec()),
            Type::DATE => Raw::Date(FromSql::from_sql(kind, bytes)?),
            Type::TIME => Raw::Time(FromSql::from_sql(kind, bytes)?),
            Type::TIMESTAMPTZ => Raw::Instant(FromSql::from_sql(kind, bytes)?),
            Type::UUID_ARRAY => Raw::Uuids(FromSql::from_sql(kind, bytes)?),
            Type::FLOAT8 => Raw::Real(f64::from_sql(kind, bytes)?),
            _ => Raw::Text(String::from_utf8(bytes.to_vec())?),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Raw, Failure> {
        Ok(Raw::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}
