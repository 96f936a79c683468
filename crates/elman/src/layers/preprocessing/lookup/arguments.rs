//! What layers of vocabularies have in common.

/// The builder methods and calls that a layer with a field `index`, an `Index` of such tokens, has.
macro_rules! vocabulary_calls {
    ($layer:ident of $token:ty, told as $told:ty) => {
        impl $layer {
            /// The vocabulary as an argument (none): tokens that differ, the most important first,
            /// with or without those for masks and unknown tokens before them. Files hold it in the
            /// configuration.
            pub fn vocabulary(
                mut self,
                tokens: impl IntoIterator<Item = impl Into<$token>>,
            ) -> $layer {
                let tokens = tokens.into_iter().map(Into::into).collect();
                self.index.options_mut().vocabulary = Some(tokens);
                self
            }

            /// With [`OutputMode::TfIdf`](crate::layers::OutputMode), how much each token of
            /// `vocabulary` counts (none).
            pub fn idf_weights(mut self, weights: impl Into<Vec<f64>>) -> $layer {
                self.index.options_mut().idf_weights = Some(weights.into());
                self
            }

            /// How many tokens there may be, those for masks and unknown tokens included (any).
            pub fn max_tokens(mut self, max_tokens: impl Into<Option<usize>>) -> $layer {
                self.index.options_mut().max_tokens = max_tokens.into();
                self
            }

            /// What is given for the tokens (their indices).
            pub fn output_mode(mut self, output_mode: crate::layers::OutputMode) -> $layer {
                self.index.options_mut().output_mode = output_mode;
                self
            }

            /// Whether vectors have `max_tokens` places however many tokens there are (false).
            pub fn pad_to_max_tokens(mut self, pad_to_max_tokens: bool) -> $layer {
                self.index.options_mut().pad_to_max_tokens = pad_to_max_tokens;
                self
            }

            /// Replaces the vocabulary; with [`OutputMode::TfIdf`](crate::layers::OutputMode), use
            /// `set_vocabulary_with_idf_weights`. Files hold it beside the configuration.
            ///
            /// # Errors
            /// No token; a token twice; more than `max_tokens`; tokens for masks or unknown tokens
            /// at the wrong place.
            pub fn set_vocabulary(
                &mut self,
                tokens: impl IntoIterator<Item = impl Into<$token>>,
            ) -> crate::Result<()> {
                let tokens: Vec<$token> = tokens.into_iter().map(Into::into).collect();
                self.with_index(|index, layer| index.set(layer, &tokens, None))
            }

            /// Replaces the vocabulary, and how much each of its tokens counts.
            ///
            /// # Errors
            /// As `set_vocabulary`; another number of weights; an output mode without weights.
            pub fn set_vocabulary_with_idf_weights(
                &mut self,
                tokens: impl IntoIterator<Item = impl Into<$token>>,
                idf_weights: &[f64],
            ) -> crate::Result<()> {
                let tokens: Vec<$token> = tokens.into_iter().map(Into::into).collect();
                self.with_index(|index, layer| index.set(layer, &tokens, Some(idf_weights)))
            }

            /// Replaces the vocabulary by a file in UTF-8 with a token in each line: Keras's
            /// `vocabulary="path"`. The tokens for masks and unknown tokens have no line.
            ///
            /// # Errors
            /// As `set_vocabulary`; a file that can't be read, or isn't UTF-8.
            pub fn set_vocabulary_from_file(
                &mut self,
                path: impl AsRef<std::path::Path>,
            ) -> crate::Result<()> {
                self.with_index(|index, layer| index.set_from_file(layer, path.as_ref()))
            }

            /// The vocabulary in the order of the indices, beginning with the tokens for masks and
            /// unknown tokens.
            ///
            /// # Errors
            /// There is none yet, or one that can't be.
            pub fn get_vocabulary(&self) -> crate::Result<Vec<$told>> {
                let tokens = self.index.vocabulary(self)?;
                Ok(tokens.into_iter().map(Option::unwrap_or_default).collect())
            }

            /// The number of indices, those for masks and unknown tokens included.
            ///
            /// # Errors
            /// As `get_vocabulary`.
            pub fn vocabulary_size(&self) -> crate::Result<usize> {
                self.index.size(self)
            }

            /// Changes the index by what needs the layer, for its name in errors.
            fn with_index<R>(
                &mut self,
                change: impl FnOnce(
                    &mut crate::layers::preprocessing::lookup::Index<$token>,
                    &dyn crate::layers::Layer,
                ) -> R,
            ) -> R {
                let mut index = std::mem::take(&mut self.index);
                let result = change(&mut index, self);
                self.index = index;
                result
            }
        }
    };
}
pub(in crate::layers::preprocessing) use vocabulary_calls;

/// The builder methods of a lookup beside those of [`vocabulary_calls`].
macro_rules! lookup_arguments {
    ($layer:ident of $token:ty) => {
        impl $layer {
            /// Over how many indices unknown tokens are spread (1); with 0 each is an error.
            pub fn num_oov_indices(mut self, num_oov_indices: usize) -> $layer {
                self.index.options_mut().num_oov_indices = num_oov_indices;
                self
            }

            /// A token that stands for nothing (none): index 0, and in vectors no place.
            pub fn mask_token(mut self, mask_token: impl Into<$token>) -> $layer {
                self.index.options_mut().mask_token = Some(mask_token.into());
                self
            }

            /// What stands for unknown tokens in the vocabulary, and where `invert` meets an index
            /// that isn't there.
            pub fn oov_token(mut self, oov_token: impl Into<$token>) -> $layer {
                self.index.options_mut().oov_token = Some(oov_token.into());
                self
            }

            /// Whether to give tokens for indices (false).
            pub fn invert(mut self, invert: bool) -> $layer {
                self.index.options_mut().invert = invert;
                self
            }

            /// Two numbers that change how unknown tokens are spread (none).
            pub fn salt(mut self, salt: [i64; 2]) -> $layer {
                self.index.options_mut().salt = Some(salt);
                self
            }
        }
    };
}
pub(in crate::layers::preprocessing) use lookup_arguments;
