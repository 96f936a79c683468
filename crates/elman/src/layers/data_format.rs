//! Where the features of a sequence lie.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// Keras's `data_format`, of which elman computes `channels_last` alone: `(batch, time, features)`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ChannelsLast;

impl Serialize for ChannelsLast {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("channels_last")
    }
}

impl<'de> Deserialize<'de> for ChannelsLast {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            // Null stands for the default of Keras's own configuration file, which is this.
            Value::Null => Ok(ChannelsLast),
            Value::String(format) if format == "channels_last" => Ok(ChannelsLast),
            other => Err(D::Error::custom(format!(
                "data_format = {other} is not supported yet; put a Permute layer before and behind \
                 and use channels_last"
            ))),
        }
    }
}
