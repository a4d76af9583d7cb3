"""The vocabulary: functions and reductions, their derivatives, their meaning in numbers."""
