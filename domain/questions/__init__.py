"""What may be asked: each question is a frozen value. A face makes one of what it was given, and asks it at the door."""
