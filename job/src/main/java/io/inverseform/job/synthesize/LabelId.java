package io.inverseform.job.synthesize;

/** Cityscapes label ids of what occurs in the scenes. */
enum LabelId {
  EGO_VEHICLE(1),
  STATIC(4),
  ROAD(7),
  SIDEWALK(8),
  BUILDING(11),
  POLE(17),
  TRAFFIC_SIGN(20),
  VEGETATION(21),
  SKY(23),
  PERSON(24),
  CAR(26);

  private final int id;

  LabelId(int id) {
    this.id = id;
  }

  int id() {
    return id;
  }
}
