package io.inverseform.job.synthesize;

import io.inverseform.udf.random.KeyedRandom;
import java.util.List;

/** People who stand or walk, mostly on the pavements. */
final class People {
  private final KeyedRandom random;
  private final Camera camera;
  private final Street street;

  People(KeyedRandom random, Camera camera, Street street) {
    this.random = random;
    this.camera = camera;
    this.street = street;
  }

  void add(List<Thing> things) {
    int count = 3 + random.nextInt(7);
    for (int i = 0; i < count; i++) {
      double z = 4 + 24 * random.nextDouble() * random.nextDouble();
      boolean crossing = random.nextInt(6) == 0;
      int side = random.nextBoolean() ? 1 : -1;
      double x =
          crossing
              ? street.drift(z) + random.nextDouble(street.left(), street.right())
              : street.kerb(side, z) + side * street.walk(side) * random.nextDouble(0.2, 0.9);
      add(x, z, street.light(side), things);
    }
  }

  private void add(double x, double z, double light, List<Thing> things) {
    double tall = random.nextDouble(1.5, 1.92);
    double broad = random.nextDouble(0.2, 0.28);
    double stride = random.nextDouble(0, 0.32);
    double swing = random.nextDouble(-0.15, 0.15);
    Colour skin = Colour.pick(random, 0.06, 0xC89878, 0x9C7050, 0x6C4834, 0xD8B098).scaled(light);
    Colour coat =
        Colour.pick(
                random, 0.1, 0x24262C, 0x3C3C44, 0x8C2C2C, 0x2C4468, 0x6C7078, 0xA8A090, 0x50603C,
                0xC0B070, 0x583C60)
            .scaled(light);
    Colour trousers =
        Colour.pick(random, 0.06, 0x1C1E24, 0x2C3448, 0x585048, 0x8C8070).scaled(light);
    Colour hair = Colour.pick(random, 0.05, 0x18140F, 0x40301C, 0x806840, 0x909090);
    Noise noise = new Noise(random.nextLong());
    Surface plane = camera.facing(x, z);
    double hip = 0.5 * tall;
    double shoulder = 0.82 * tall;
    double coatEnd = hip - random.nextDouble(0, 0.35);
    things.add(
        new Thing(
            Street.END + 3,
            canvas -> canvas.shade(Outline.ellipse(x, z, 0.4, 0.25), camera.ground(), 0.5)));
    things.add(
        new Thing(
            z,
            canvas -> {
              Painter painter = new Painter(canvas, plane);
              for (int leg = -1; leg <= 1; leg += 2) {
                painter.bar(leg * 0.09, hip, leg * (0.08 + stride), 0.04, 0.19, trousers);
                painter.bar(
                    leg * (0.06 + stride), 0.04, leg * (0.08 + stride) + 0.12, 0.04, 0.1, hair);
                painter.bar(
                    leg * broad,
                    shoulder - 0.04,
                    leg * (broad + 0.08) + swing,
                    hip - 0.05,
                    0.13,
                    coat.scaled(0.85));
              }
              canvas.fill(
                  Outline.polygon(
                      -broad * 0.85,
                      coatEnd,
                      broad * 0.85,
                      coatEnd,
                      broad,
                      shoulder - 0.06,
                      broad * 0.6,
                      shoulder,
                      -broad * 0.6,
                      shoulder,
                      -broad,
                      shoulder - 0.06),
                  LabelId.PERSON,
                  plane,
                  Texture.mottled(coat, noise, 0.25, 0.3));
              painter.bar(0, shoulder - 0.02, 0, shoulder + 0.1, 0.12, skin);
              painter.disc(0, tall - 0.11, 0.125, hair);
              painter.disc(swing * 0.3, tall - 0.15, 0.1, skin);
            }));
  }

  private record Painter(Canvas canvas, Surface plane) {
    void bar(double u0, double v0, double u1, double v1, double thickness, Colour colour) {
      canvas.fill(
          Outline.bar(u0, v0, u1, v1, thickness), LabelId.PERSON, plane, Texture.plain(colour));
    }

    void disc(double u, double v, double radius, Colour colour) {
      canvas.fill(Outline.disc(u, v, radius), LabelId.PERSON, plane, Texture.plain(colour));
    }
  }
}
