//! Where versions and backends of Keras disagree, and what elman does.
//!
//! A loaded file behaves as the Keras that wrote it; where Keras 3's backends differ, as on
//! TensorFlow. A model made here does what Keras's documentation promises, which for everything not
//! listed is what Keras 3.15 computes.
//!
//! - **A mask beside initial states.** Keras 2 applies the mask that comes with the sequence;
//!   Keras 3 ignores it as soon as a call has `initial_state` too, so every masked encoder-decoder
//!   computes something else there. elman applies it, except in models read from files of Keras 3,
//!   which were trained without it. Files that elman writes say which, in a key that Keras doesn't
//!   read: opened in Keras 3, such a model ignores the mask.
//! - **Masks of several inputs.** `Add`, `Concatenate` and the others that merge give a mask of what
//!   counts in any input in Keras 3, and none if an input has none (`Concatenate`: it counts
//!   everywhere); in Keras 2, of what counts in all inputs that have one. `Multiply`, `Maximum` and
//!   `Minimum` look at masks in Keras 3 alone. Models from files of Keras 2 go by its rule, and say so
//!   in a key that Keras doesn't read: opened in Keras 3, they go by that of Keras 3.
//! - **A mask behind a recurrent layer.** With `return_sequences` it holds for the output, so that
//!   further layers and the loss leave the same steps out, as in Keras up to 3.15 (later versions
//!   drop it with a warning).
//! - **Stateful layers** carry their states in `predict`, `evaluate` and `fit` alike, as in Keras 2
//!   and on TensorFlow; Keras on JAX carries them in none of the three.
//! - **A masked first step beside an initial state** gives zeros, as on TensorFlow and in Keras 2; on
//!   JAX it gives the initial state. The states agree.
//! - **`zero_output_for_mask`** holds with `unroll` as without; in Keras 3 unrolling loses it on some
//!   backends and reverses its mask on others. elman never unrolls: the option changes nothing.
//! - **`hard_sigmoid`** is `relu6(x + 3) / 6`, Keras 3's. Keras 1 and 2 mean
//!   `clip(0.2 x + 0.5, 0, 1)` by it, which is `hard_sigmoid_keras2` here: models from their files
//!   have it. Keras 3 has no such function, so it doesn't open such a model in a format of its own.
//! - **Older layers.** A `GRU` that says nothing of `reset_after` means false. `CuDNNLSTM` and
//!   `CuDNNGRU` become `LSTM` and `GRU`, with their weights converted; so do the weights that Keras 1
//!   kept gate by gate.
//! - **Older optimizers**: `lr` is `learning_rate`, and a `decay` other than 0 is the schedule
//!   `InverseTimeDecay`. They go on from their state with the equations of today; those of Keras
//!   before 2.11 had epsilon in another place in `RMSprop`, and others in `Nadam`, which starts anew.
//! - **Precision.** Layers of other dtypes than float32 compute in float32, and a warning says so.
//!   The dtype is kept when the model is saved; the weights are saved as float32.
//! - **`glu`** halves the last dimension, and here the shape of the layer's output says so. In Keras
//!   the shape keeps the whole width until the layer is called, so that no layer with weights can
//!   follow; it doesn't open the file of a model where one does.
//! - **The derivative of `celu` at 0** is 1; on TensorFlow, Keras has 2.
//! - **`time_major`** stands in every recurrent layer of Keras 2 and makes Keras 3 refuse the file.
//!   Where it is true, inputs and outputs have their steps on the first axis and the batch on the
//!   second, here as there: models from such files predict, train and are written for Keras 2, but
//!   don't stream. `predict` takes all steps at once; in batches, as in Keras, each is a sequence.
//! - **`activity_regularizer`** of a `SimpleRNN`, or of a layer in a `TimeDistributed`, is silently
//!   dropped by Keras 3. Here it works. A file of Keras 3 has it no longer (`SimpleRNN`), or means
//!   that it counts for nothing (`TimeDistributed`), with a warning here; elman says in a key that
//!   Keras doesn't read that it counts. Opened in Keras 3, such a model trains without it.
//! - **`trainable`** takes effect at once; Keras 3 trains on as before until the model is compiled
//!   again. An optimizer keeps what it remembers of weights that are frozen meanwhile; files don't.
//!   A wrapper (`Bidirectional`, `TimeDistributed`, a nested model) that is made with
//!   `trainable(false)` freezes what it holds; in Keras only setting the attribute later does, and
//!   files of models where nobody did mean that the inner layers are trained.
//! - **`l1_l2`** as a name means both factors 0.01, as in Keras 2 and in the documentation of Keras
//!   3, which doesn't take the name. `l1l2` is its class with the class's defaults, 0.
//! - **Resetting states**: [`Model::reset_states`](crate::Model::reset_states) is Keras 2's, which
//!   Keras 3 has dropped; [`LayerMut::reset_state`](crate::models::LayerMut::reset_state) is Keras
//!   3's. States are set with [`Model::set_states`](crate::Model::set_states), which Keras 3
//!   documents on its layers and doesn't have.
//! - **cuDNN.** On a GPU, Keras gives zeros at masked steps whatever `zero_output_for_mask` says,
//!   and takes right padding alone. elman computes every mask, as Keras does on a CPU.
