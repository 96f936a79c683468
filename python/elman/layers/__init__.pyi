"""Types; written by python/make_stubs.py."""




from .activation import Activation as Activation
from .activations import ELU as ELU, LeakyReLU as LeakyReLU, PReLU as PReLU, ReLU as ReLU, Softmax as Softmax
from .activity_regularization import ActivityRegularization as ActivityRegularization
from .attention import AdditiveAttention as AdditiveAttention, Attention as Attention, MultiHeadAttention as MultiHeadAttention
from .bidirectional import Bidirectional as Bidirectional
from .calls import add as add, average as average, concatenate as concatenate, dot as dot, maximum as maximum, minimum as minimum, multiply as multiply, subtract as subtract
from .cell import StackedRNNCells as StackedRNNCells
from .conv1d import Conv1D as Conv1D
from .conv_lstm import ConvLSTM1D as ConvLSTM1D, ConvLSTM2D as ConvLSTM2D, ConvLSTM3D as ConvLSTM3D
from .dense import Dense as Dense
from .dropout import Dropout as Dropout
from .embedding import Embedding as Embedding
from .flatten import Flatten as Flatten
from .gru import GRU as GRU, GRUCell as GRUCell
from .identity import Identity as Identity
from .input import Input as Input, InputLayer as InputLayer
from .layer import Layer as Layer
from .lstm import LSTM as LSTM, LSTMCell as LSTMCell
from .masking import Masking as Masking
from .merge import Add as Add, Average as Average, Concatenate as Concatenate, Dot as Dot, Maximum as Maximum, Minimum as Minimum, Multiply as Multiply, Subtract as Subtract
from .minimal import MinGRU as MinGRU, MinGRUCell as MinGRUCell, MinLSTM as MinLSTM, MinLSTMCell as MinLSTMCell
from .noise import GaussianDropout as GaussianDropout, GaussianNoise as GaussianNoise, SpatialDropout1D as SpatialDropout1D
from .normalization import BatchNormalization as BatchNormalization, LayerNormalization as LayerNormalization, RMSNormalization as RMSNormalization
from .pooling import AveragePooling1D as AveragePooling1D, GlobalAveragePooling1D as GlobalAveragePooling1D, GlobalMaxPooling1D as GlobalMaxPooling1D, MaxPooling1D as MaxPooling1D
from .preprocessing import IntegerLookup as IntegerLookup, Normalization as Normalization, Rescaling as Rescaling, StringLookup as StringLookup, TextVectorization as TextVectorization
from .reshaping import Cropping1D as Cropping1D, Permute as Permute, RepeatVector as RepeatVector, Reshape as Reshape, UpSampling1D as UpSampling1D, ZeroPadding1D as ZeroPadding1D
from .rnn import RNN as RNN
from .simple_rnn import SimpleRNN as SimpleRNN, SimpleRNNCell as SimpleRNNCell
from .symbolic import KerasTensor as KerasTensor
from .time_distributed import TimeDistributed as TimeDistributed
from .registry import deserialize as deserialize, serialize as serialize
AvgPool1D = AveragePooling1D
MaxPool1D = MaxPooling1D
Convolution1D = Conv1D
GlobalAvgPool1D = GlobalAveragePooling1D
GlobalMaxPool1D = GlobalMaxPooling1D
__all__ = ['Activation', 'ActivityRegularization', 'Add', 'AdditiveAttention', 'Attention', 'Average', 'AveragePooling1D', 'AvgPool1D', 'BatchNormalization', 'Bidirectional', 'Concatenate', 'Conv1D', 'ConvLSTM1D', 'ConvLSTM2D', 'ConvLSTM3D', 'Convolution1D', 'Cropping1D', 'Dense', 'Dot', 'Dropout', 'ELU', 'Embedding', 'Flatten', 'GRU', 'GRUCell', 'GaussianDropout', 'GaussianNoise', 'GlobalAveragePooling1D', 'GlobalAvgPool1D', 'GlobalMaxPool1D', 'GlobalMaxPooling1D', 'Identity', 'Input', 'InputLayer', 'IntegerLookup', 'KerasTensor', 'LSTM', 'LSTMCell', 'Layer', 'LayerNormalization', 'LeakyReLU', 'Masking', 'MaxPool1D', 'MaxPooling1D', 'Maximum', 'MinGRU', 'MinGRUCell', 'MinLSTM', 'MinLSTMCell', 'Minimum', 'MultiHeadAttention', 'Multiply', 'Normalization', 'PReLU', 'Permute', 'RMSNormalization', 'RNN', 'ReLU', 'RepeatVector', 'Rescaling', 'Reshape', 'SimpleRNN', 'SimpleRNNCell', 'Softmax', 'SpatialDropout1D', 'StackedRNNCells', 'StringLookup', 'Subtract', 'TextVectorization', 'TimeDistributed', 'UpSampling1D', 'ZeroPadding1D', 'add', 'average', 'concatenate', 'deserialize', 'dot', 'maximum', 'minimum', 'multiply', 'serialize', 'subtract']
