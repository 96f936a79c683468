"""Types; written by python/make_stubs.py."""




from ..saving import load_model as load_model, model_from_json as model_from_json, save_model as save_model
from .clone import clone_model as clone_model
from .model import Model as Model
from .sequential import Sequential as Sequential
Functional = Model
__all__ = ['Functional', 'Model', 'Sequential', 'clone_model', 'load_model', 'model_from_json', 'save_model']
