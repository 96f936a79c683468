//! How a summary is to look.

/// Which Keras's table to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum SummaryStyle {
    /// Keras 3: a table of lines, with the sizes in bytes.
    #[default]
    Keras3,
    /// TF-Keras and Keras from 2.13: plain ASCII, with the sizes in bytes.
    Keras2,
    /// Keras 2.7 to 2.12: plain ASCII, without sizes.
    Keras27,
}

/// The options of `summary()`, under Keras's names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SummaryOptions {
    pub(super) style: SummaryStyle,
    pub(super) line_length: Option<usize>,
    pub(super) console_width: Option<usize>,
    pub(super) show_trainable: bool,
    pub(in crate::models) expand_nested: bool,
}

impl SummaryOptions {
    /// What `summary()` prints without arguments, in the style of Keras 3.
    pub fn new() -> SummaryOptions {
        SummaryOptions::default()
    }

    /// Which Keras's table to print. Default: [`SummaryStyle::Keras3`].
    #[must_use]
    pub fn style(mut self, style: SummaryStyle) -> SummaryOptions {
        self.style = style;
        self
    }

    /// The length of the printed lines. Default, and meant by 0: in the style of Keras 3 four less
    /// than the [`console_width`](Self::console_width), so 76, but 88 at most (108 if the layers
    /// are more than a chain, 12 more with [`show_trainable`](Self::show_trainable)); in the others
    /// 65, or 98 if the layers are more than a chain.
    ///
    /// In the style of Keras 3, lines longer than the console are cut, as there.
    ///
    /// As in Keras, the column of [`show_trainable`](Self::show_trainable) is part of the length in
    /// the style of Keras 3 and adds 11 to it in the others.
    #[must_use]
    pub fn line_length(mut self, line_length: usize) -> SummaryOptions {
        self.line_length = Some(line_length);
        self
    }

    /// The width of the console that a table in the style of Keras 3 is for. Default, and meant by
    /// 0: 80. (Keras asks the terminal or the variable `COLUMNS`, and takes 80 where there is
    /// neither; here the same model and options always give the same text.)
    ///
    /// ```
    /// use elman::models::SummaryOptions;
    /// use elman::prelude::*;
    /// let mut model = Sequential::new();
    /// model.add(SimpleRnn::new(3).input_shape([2, 10]))?;
    /// let width = |options: SummaryOptions| -> Result<_, elman::Error> {
    ///     let text = model.summary_with(&options)?;
    ///     Ok(text.lines().map(|line| line.chars().count()).max())
    /// };
    /// let long = SummaryOptions::new().line_length(120);
    /// assert_eq!(width(long.clone())?, Some(80)); // cut at the console's width
    /// assert_eq!(width(long.console_width(120))?, Some(120));
    /// # Ok::<(), elman::Error>(())
    /// ```
    #[must_use]
    pub fn console_width(mut self, console_width: usize) -> SummaryOptions {
        self.console_width = Some(console_width);
        self
    }

    /// Whether a column says which layers are trained. Default: `false`.
    #[must_use]
    pub fn show_trainable(mut self, show_trainable: bool) -> SummaryOptions {
        self.show_trainable = show_trainable;
        self
    }

    /// Whether the layers of nested models are listed below them. Default: `false`.
    #[must_use]
    pub fn expand_nested(mut self, expand_nested: bool) -> SummaryOptions {
        self.expand_nested = expand_nested;
        self
    }

    /// The width of the console, or the default if none is given.
    pub(super) fn console_width_or_default(&self) -> usize {
        self.console_width.filter(|&width| width > 0).unwrap_or(80)
    }

    /// The line length, or the default if none is given.
    pub(super) fn line_length_or(&self, default: usize) -> usize {
        self.line_length.filter(|&length| length > 0).unwrap_or(default)
    }
}
