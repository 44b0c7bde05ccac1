package io.inverseform.job.synthesize;

import io.inverseform.udf.random.KeyedRandom;
import java.awt.Shape;
import java.util.List;

/** Cars that drive or are parked along the street: a side and an end of a box on wheels. */
final class Cars {
  private static final Colour TYRE = Colour.of(0x18181A);
  private static final Colour PLATE = Colour.of(0xD8D8D0);

  private final KeyedRandom random;
  private final Camera camera;
  private final Street street;

  Cars(KeyedRandom random, Camera camera, Street street) {
    this.random = random;
    this.camera = camera;
    this.street = street;
  }

  /** Adds a row of parked cars with gaps. */
  void addParked(int side, List<Thing> things) {
    double z = random.nextDouble(2.5, 12);
    while (z < 70) {
      if (random.nextInt(5) > 1) {
        add(street.kerb(side, z) - side * 1.05, z, random.nextBoolean(), things);
      }
      z += random.nextDouble(5.2, 8);
    }
  }

  /** Adds cars on the lanes. */
  void addTraffic(List<Thing> things) {
    double middle = (street.left() + street.right()) / 2;
    for (double z = random.nextDouble(6, 25); z < 80; z += random.nextDouble(9, 40)) {
      boolean oncoming = random.nextBoolean();
      double edge = oncoming ? street.left() : street.right();
      double x = street.drift(z) + middle + (edge - middle) * random.nextDouble(0.2, 0.45);
      add(x, z, !oncoming, things);
    }
  }

  private void add(double x, double z, boolean away, List<Thing> things) {
    double width = random.nextDouble(1.65, 1.9);
    double length = random.nextDouble(3.7, 4.8);
    double roof = random.nextDouble(1.35, 1.95);
    double bonnet = random.nextDouble(0.85, 1.05);
    Colour paint =
        Colour.pick(
            random, 0.06, 0x202226, 0x303438, 0x8A8E92, 0xB8BCC0, 0xD8D8D8, 0x60646A, 0x7C2020,
            0x203C6C, 0x3C5470, 0x4C5C48, 0x8C7C60, 0xA87828);
    Colour glass = Colour.pick(random, 0.05, 0x20262C, 0x38424C, 0x586470);
    Colour lamp = away ? Colour.of(0x9C2018) : Colour.of(0xE8E8D8);
    Noise noise = new Noise(random.nextLong());
    double left = x - width / 2;
    double right = x + width / 2;
    double tail = z + length;
    boolean seenFromRight = right < 0;
    double flank = seenFromRight ? right : left;
    Surface end = camera.wall(left, z, right, z);
    Surface side = camera.wall(flank, z, flank + street.drift(tail) - street.drift(z), tail);
    things.add(
        new Thing(
            Street.END + 2,
            canvas ->
                canvas.shade(
                    Outline.box(left - 0.15, z - 0.25, right + 0.15, tail + 0.2),
                    camera.ground(),
                    0.35)));
    things.add(
        new Thing(
            z,
            canvas -> {
              if (seenFromRight || left > 0) {
                double light = street.light(seenFromRight ? -1 : 1);
                paintSide(canvas, side, length, bonnet, roof, away, paint.scaled(light), glass);
              }
              paintEnd(canvas, end, width, bonnet, roof, paint, glass, lamp, noise);
            }));
  }

  private static void paintSide(
      Canvas canvas,
      Surface side,
      double length,
      double bonnet,
      double roof,
      boolean away,
      Colour paint,
      Colour glass) {
    double near = away ? 0.12 : 0.28;
    double far = away ? 0.72 : 0.88;
    Shape cabin =
        Outline.polygon(
            length * (near - 0.1),
            bonnet,
            length * near,
            roof,
            length * far,
            roof,
            length * (far + 0.1),
            bonnet);
    Shape window =
        Outline.polygon(
            length * (near - 0.04),
            bonnet + 0.05,
            length * (near + 0.02),
            roof - 0.1,
            length * (far - 0.02),
            roof - 0.1,
            length * (far + 0.05),
            bonnet + 0.05);
    canvas.fill(cabin, LabelId.CAR, side, Texture.plain(paint));
    canvas.fill(
        Outline.box(0, 0.28, length, bonnet),
        LabelId.CAR,
        side,
        (spot, rgb) -> paint.put(rgb, 0.6 + 0.45 * spot.v / bonnet));
    canvas.fill(window, LabelId.CAR, side, Texture.plain(glass));
    canvas.fill(
        Outline.box(length * 0.48, bonnet, length * 0.5, roof - 0.08),
        LabelId.CAR,
        side,
        Texture.plain(paint));
    for (double wheel : new double[] {0.2, 0.8}) {
      canvas.fill(Outline.disc(length * wheel, 0.32, 0.33), LabelId.CAR, side, Texture.plain(TYRE));
      canvas.fill(
          Outline.disc(length * wheel, 0.32, 0.18),
          LabelId.CAR,
          side,
          Texture.plain(Colour.grey(0.5)));
    }
  }

  private static void paintEnd(
      Canvas canvas,
      Surface end,
      double width,
      double bonnet,
      double roof,
      Colour paint,
      Colour glass,
      Colour lamp,
      Noise noise) {
    for (double wheel : new double[] {0.05, width - 0.3}) {
      canvas.fill(Outline.box(wheel, 0, wheel + 0.25, 0.4), LabelId.CAR, end, Texture.plain(TYRE));
    }
    canvas.fill(
        Outline.polygon(
            0.06,
            bonnet,
            0.22,
            roof - 0.05,
            0.4,
            roof,
            width - 0.4,
            roof,
            width - 0.22,
            roof - 0.05,
            width - 0.06,
            bonnet),
        LabelId.CAR,
        end,
        Texture.plain(paint));
    canvas.fill(
        Outline.polygon(
            0.18,
            bonnet + 0.03,
            0.3,
            roof - 0.12,
            width - 0.3,
            roof - 0.12,
            width - 0.18,
            bonnet + 0.03),
        LabelId.CAR,
        end,
        (spot, rgb) -> glass.put(rgb, 0.8 + 0.5 * noise.smooth(2 * spot.u, 3 * spot.v)));
    canvas.fill(
        Outline.polygon(
            0.04, 0.25, width - 0.04, 0.25, width, 0.5, width - 0.03, bonnet, 0.03, bonnet, 0, 0.5),
        LabelId.CAR,
        end,
        (spot, rgb) -> paint.put(rgb, spot.v < 0.45 ? 0.5 : 0.75 + 0.3 * spot.v / bonnet));
    canvas.fill(
        Outline.box(0.06, bonnet - 0.3, 0.34, bonnet - 0.1), LabelId.CAR, end, Texture.plain(lamp));
    canvas.fill(
        Outline.box(width - 0.34, bonnet - 0.3, width - 0.06, bonnet - 0.1),
        LabelId.CAR,
        end,
        Texture.plain(lamp));
    canvas.fill(
        Outline.box(width / 2 - 0.26, 0.42, width / 2 + 0.26, 0.54),
        LabelId.CAR,
        end,
        Texture.plain(PLATE));
  }
}
