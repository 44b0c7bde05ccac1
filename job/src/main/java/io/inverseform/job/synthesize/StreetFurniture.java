package io.inverseform.job.synthesize;

import io.inverseform.udf.random.KeyedRandom;
import java.awt.Shape;
import java.util.List;

/** Lamp posts, signs on poles, and bins. */
final class StreetFurniture {
  private final KeyedRandom random;
  private final Camera camera;
  private final Street street;

  StreetFurniture(KeyedRandom random, Camera camera, Street street) {
    this.random = random;
    this.camera = camera;
    this.street = street;
  }

  void add(List<Thing> things) {
    for (int side = -1; side <= 1; side += 2) {
      double spacing = random.nextDouble(12, 28);
      for (double z = random.nextDouble(4, 16); z < 70; z += spacing) {
        addLamp(side, z, things);
      }
      int signs = 1 + random.nextInt(3);
      for (int i = 0; i < signs; i++) {
        addSign(side, random.nextDouble(4, 26), things);
      }
      if (random.nextBoolean()) {
        addBin(side, random.nextDouble(4, 20), things);
      }
    }
  }

  private double place(int side, double z) {
    return street.kerb(side, z) + side * random.nextDouble(0.25, 0.6);
  }

  private Colour metal(int side) {
    return Colour.pick(random, 0.08, 0x6C7074, 0x484C50, 0x8C8C88, 0x4C5448, 0x9C9890)
        .scaled(street.light(side));
  }

  private void addLamp(int side, double z, List<Thing> things) {
    double tall = random.nextDouble(5, 8);
    double thick = random.nextDouble(0.18, 0.3);
    double arm = -side * random.nextDouble(0.6, 1.8);
    Texture metal = round(metal(side), thick);
    Surface plane = camera.facing(place(side, z), z);
    things.add(
        new Thing(
            z,
            canvas -> {
              canvas.fill(Outline.box(-thick / 2, 0, thick / 2, tall), LabelId.POLE, plane, metal);
              canvas.fill(
                  Outline.bar(0, tall, arm, tall + 0.3, thick * 0.6), LabelId.POLE, plane, metal);
              canvas.fill(
                  Outline.bar(arm, tall + 0.3, arm * 1.4, tall + 0.32, 0.22),
                  LabelId.POLE,
                  plane,
                  metal);
            }));
  }

  private void addSign(int side, double z, List<Thing> things) {
    double tall = random.nextDouble(2.1, 3.1);
    double thick = random.nextDouble(0.11, 0.18);
    double size = random.nextDouble(0.38, 0.62);
    Texture metal = round(metal(side), thick);
    Surface plane = camera.facing(place(side, z), z);
    double light = street.light(side);
    Colour field =
        Colour.pick(random, 0.05, 0xD8D8D4, 0x2C50A0, 0xD0B030, 0x3C7050, 0xB8B8B0).scaled(light);
    Colour rim = Colour.pick(random, 0.05, 0xA82828, 0xA82828, 0xD8D8D4, 0x303030).scaled(light);
    int kind = random.nextInt(4);
    double wide = size * random.nextDouble(0.8, 2);
    things.add(
        new Thing(
            z,
            canvas -> {
              canvas.fill(Outline.box(-thick / 2, 0, thick / 2, tall), LabelId.POLE, plane, metal);
              Texture outer = Texture.plain(rim);
              Texture inner = Texture.plain(field);
              canvas.fill(board(kind, tall, size, wide), LabelId.TRAFFIC_SIGN, plane, outer);
              canvas.fill(
                  board(kind, tall, 0.72 * size, 0.8 * wide), LabelId.TRAFFIC_SIGN, plane, inner);
              canvas.fill(
                  Outline.bar(-0.35 * size, tall, 0.35 * size, tall, 0.22 * size),
                  LabelId.TRAFFIC_SIGN,
                  plane,
                  outer);
            }));
  }

  private static Shape board(int kind, double v, double size, double wide) {
    return switch (kind) {
      case 0 -> Outline.disc(0, v, size);
      case 1 -> Outline.polygon(-size, v - 0.6 * size, size, v - 0.6 * size, 0, v + 1.1 * size);
      case 2 -> Outline.polygon(0, v - size, size, v, 0, v + size, -size, v);
      default -> Outline.box(-wide, v - 0.8 * size, wide, v + 0.8 * size);
    };
  }

  private void addBin(int side, double z, List<Thing> things) {
    double tall = random.nextDouble(0.8, 1.2);
    Colour colour = Colour.pick(random, 0.08, 0x3C4038, 0x44484C, 0x2C4030, 0x705838);
    Texture paint = round(colour.scaled(street.light(side)), 0.6);
    Surface plane = camera.facing(place(side, z) + side * 0.6, z);
    things.add(
        new Thing(
            z,
            canvas -> canvas.fill(Outline.box(-0.3, 0, 0.3, tall), LabelId.STATIC, plane, paint)));
  }

  /** A cylinder: brighter in its middle. */
  private static Texture round(Colour colour, double width) {
    return (spot, rgb) -> {
      double across = Math.min(1, Math.abs(2 * spot.u / width));
      colour.put(rgb, 1.2 - 0.5 * across * across);
    };
  }
}
