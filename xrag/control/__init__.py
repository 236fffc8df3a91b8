"""Control over what the model sees and in which language it answers: policy, target, context, prompts, guard, citations."""

from xrag.control.attempts import Control, guarded, guarded_stream
from xrag.control.citations import citations
from xrag.control.context import Balance, ContextBuilder, Order
from xrag.control.guard import LanguageGuard
from xrag.control.policy import PRESETS, Fallback, LanguagePolicy, Variant, preset
from xrag.control.prompts import Turn, chat_messages
from xrag.control.target import Target, resolve
from xrag.control.views import Case, View, open_views

__all__ = [
    "PRESETS",
    "Balance",
    "Case",
    "ContextBuilder",
    "Control",
    "Fallback",
    "LanguageGuard",
    "LanguagePolicy",
    "Order",
    "Target",
    "Turn",
    "Variant",
    "View",
    "chat_messages",
    "citations",
    "guarded",
    "guarded_stream",
    "open_views",
    "preset",
    "resolve",
]
