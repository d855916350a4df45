"""Words that no lesson is about, though they are in no list of everyday ones: with them nothing is worth asking."""

from __future__ import annotations

_EMPTY = """
    somebody someone anybody anyone everybody everyone nobody something anything everything nothing somewhere anywhere
    everywhere nowhere instead again together apart almost away else ever maybe perhaps sometimes often usually already
    along aside one ones enough another others both either neither unless until while whether though although however
"""
_COMMON = """
    adult age amount animal answer area arm baby back bag ball band bank bath bed beginning bird boat body book bottle
    bottom box boy bread break brother building bus business cake call car card case cat center centre century chair
    chance change child children church city class client clothes coat color colour corner country couple course cup
    customer danger daughter day days death decade desk dinner doctor dog door drink ear edge egg end ends evening eye
    eyes face fact family farm farmer father feet field finger fingers fire fish five floor food foot form four friend
    friends front fruit game garden girl glass grass ground group guest guide hair half hand hands head heart help
    hill hole home hotel hour hours house hundred idea inch inside job kind king kitchen land leg length letter level
    life light line lines list look lunch machine man marks meal meat men metre metres middle mile miles milk mind
    minute minutes mistake model moment money month months morning mother mouth move music name names neck need news
    newspaper night nose number numbers object objects office order outside owner page paint pair paper parent parents
    park part parts party people person phone picture piece pieces place places plan plant plate play point points
    price prices problem queen question rain reason record rest result right river road room rule rules school screen
    season seat second seconds shape shirt shoe shoes shop side sides sign sister size skin sky smoke snow something
    son song sound spot spread spring stage stairs star start stone stop store story street student students summer
    sun surface table task tea teacher test thing things third thousand time times title toe tool top town train tree
    trees trip turn uncle use user visit visitor voice wall walls war water way ways weather week weeks weight wife
    wind window windows winter woman women wood word words work worker workers world worth year years
"""
EMPTY = frozenset(_EMPTY.split())  # for which no gap is left
DULL = frozenset(_COMMON.split()) | EMPTY  # which are not given to be used in a sentence
