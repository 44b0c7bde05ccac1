package io.inverseform.udf.edge;

import io.inverseform.udf.label.LabelMap;

/** What pixels with the id {@link LabelMap#IGNORE} do to the edges near them. */
public enum Ignored {
  /** They are one more class; where ids are taken as numbers, they are the number 255. */
  CLASS,

  /**
   * They belong to no class: a class ends where they begin, which is an edge, but they have no
   * channel of their own. Where ids are taken as numbers, they are the number 255.
   */
  OUTSIDE,

  /**
   * They make no edge: within an operator's reach they count as the pixel in the middle does, and
   * no edge lies on them.
   */
  NO_EDGE,

  /** No edge lies on them nor on any pixel that has one within the operator's reach. */
  DROPPED;

  /**
   * 1 where the class is, {@link LabelMap#IGNORE} where that still means something, 0 elsewhere.
   */
  LabelMap classMap(LabelMap trainIds, int trainId) {
    int last = this == CLASS ? LabelMap.IGNORE : LabelMap.IGNORE - 1;
    if (trainId < 0 || trainId > last) {
      throw new IllegalArgumentException(
          "train id of a class must be 0 to " + last + ", is " + trainId);
    }
    byte[] ids = trainIds.ids();
    byte[] members = new byte[ids.length];
    byte wanted = (byte) trainId;
    byte kept = this == NO_EDGE || this == DROPPED ? (byte) LabelMap.IGNORE : 0;
    for (int i = 0; i < ids.length; i++) {
      byte other = ids[i] == (byte) LabelMap.IGNORE ? kept : 0;
      members[i] = ids[i] == wanted ? 1 : other;
    }
    return new LabelMap(trainIds.width(), trainIds.height(), members);
  }
}
