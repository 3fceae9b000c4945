"""Suggest names: a friendly word and an animal, with its emoji. Pure; callers check whether a name is free."""

from random import Random
from typing import Final

_ENGLISH: Final = """
Amber Brave Bright Calm Cheerful Clever Cosy Curious Daring Dreamy Eager Early Gentle Golden Happy Honest Humble
Jolly Kind Lively Lucky Mellow Merry Misty Modest Nimble Patient Playful Polite Proud Quick Quiet Silver Sleepy
Sunny Swift Velvet Warm Wise Witty
"""
_CHINESE: Final = """
安静的 勇敢的 快乐的 温柔的 聪明的 好奇的 机灵的 悠闲的 阳光的 幸运的 友善的 害羞的 开朗的 淡定的
耐心的 活泼的 爱笑的 爱睡的 早起的 细心的 大方的 真诚的 俏皮的 热心的 慢悠悠的 轻快的 自在的 认真的
神秘的 可靠的
"""
_ANIMALS: Final = """
🦦 Otter 水獭, 🦊 Fox 狐狸, 🦉 Owl 猫头鹰, 🐼 Panda 熊猫, 🐧 Penguin 企鹅,
🦔 Hedgehog 刺猬, 🐢 Turtle 乌龟, 🐬 Dolphin 海豚, 🦌 Deer 小鹿, 🐿️ Squirrel 松鼠,
🦡 Badger 獾, 🐨 Koala 考拉, 🦩 Flamingo 火烈鸟, 🐰 Rabbit 兔子, 🦢 Swan 天鹅,
🐻 Bear 小熊, 🦜 Parrot 鹦鹉, 🐳 Whale 鲸鱼, 🦥 Sloth 树懒, 🐹 Hamster 仓鼠,
🦭 Seal 海豹, 🐱 Cat 猫咪, 🐯 Tiger 老虎, 🐸 Frog 青蛙, 🦫 Beaver 河狸,
🐝 Bee 蜜蜂, 🦋 Butterfly 蝴蝶, 🐙 Octopus 章鱼, 🦀 Crab 螃蟹, 🐘 Elephant 大象
"""
ENGLISH: Final = _ENGLISH.split()
CHINESE: Final = _CHINESE.split()
ANIMALS: Final = [animal.split() for animal in _ANIMALS.split(",")]


def draw(language: str, random: Random) -> tuple[str, str]:
    """Return a random name in the language, and its face."""
    face, english, chinese = random.choice(ANIMALS)
    if language.startswith("zh"):
        return random.choice(CHINESE) + chinese, face
    return f"{random.choice(ENGLISH)} {english}", face
