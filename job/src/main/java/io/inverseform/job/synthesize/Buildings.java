package io.inverseform.job.synthesize;

import io.inverseform.udf.random.KeyedRandom;
import java.util.List;

/** A row of houses along one side of the street. */
final class Buildings {
  private final KeyedRandom random;
  private final Camera camera;
  private final Street street;

  Buildings(KeyedRandom random, Camera camera, Street street) {
    this.random = random;
    this.camera = camera;
    this.street = street;
  }

  /** Adds a row from near the camera to the far end. */
  void addRow(int side, List<Thing> things) {
    double storeys = random.nextDouble(1.5, 5);
    double z = random.nextDouble(-6, 4);
    while (z < Street.END) {
      double length = random.nextDouble(7, 22);
      double end = z + length;
      if (end > Camera.NEAR + 1 && random.nextInt(9) > 0) {
        add(side, Math.max(z, Camera.NEAR), end, storeys, things);
      }
      z = end + (random.nextInt(4) == 0 ? random.nextDouble(1, 6) : 0);
    }
  }

  private void add(int side, double near, double far, double storeys, List<Thing> things) {
    double setback = side * random.nextDouble(0, 0.8);
    double x0 = street.front(side, near) + setback;
    double x1 = street.front(side, far) + setback;
    double height = 3 * Math.max(1, storeys + random.nextDouble(-1.2, 1.8)) + 0.8;
    double depth = random.nextDouble(8, 14);
    Texture facade = facade(height);
    double light = street.light(side);
    Surface front = camera.wall(x0, near, x1, far);
    Surface gable = camera.wall(x0, near, x0 + side * depth, near);
    things.add(
        new Thing(
            far,
            canvas -> {
              canvas.fill(
                  Outline.box(0, 0, Math.hypot(x1 - x0, far - near), height),
                  LabelId.BUILDING,
                  front,
                  facade.lit(light));
              canvas.fill(
                  Outline.box(0, 0, depth, height), LabelId.BUILDING, gable, facade.lit(0.8));
            }));
  }

  private Texture facade(double height) {
    Noise noise = new Noise(random.nextLong());
    Colour plaster =
        Colour.pick(
            random, 0.1, 0xB8A890, 0x9A8C80, 0x8A8A8E, 0xC8C0B0, 0x8C5A48, 0xA8785C, 0x7C8890,
            0xB0B4B8, 0x6E6A68, 0x98A088, 0xC8B078, 0x5C5450);
    Colour glass = Colour.pick(random, 0.06, 0x2C343C, 0x404850, 0x586878, 0x1C1C20, 0x8CA0B0);
    Colour frame = plaster.mixed(Colour.grey(0.9), random.nextDouble(0, 0.7));
    Colour shop = Colour.pick(random, 0.1, 0x3C3C40, 0x704038, 0x385060, 0x807860, 0x2C4438);
    double pitch = random.nextDouble(1.8, 3.4);
    double pane = random.nextDouble(0.4, 0.72);
    boolean brick = random.nextInt(3) == 0;
    boolean shops = random.nextInt(3) == 0;
    return (spot, rgb) -> {
      double column = spot.u / pitch;
      double floor = spot.v / 3;
      double across = column - Math.floor(column);
      double up = floor - Math.floor(floor);
      double grime = 0.2 * (noise.rough(0.5 * spot.u, 0.35 * spot.v) - 0.5);
      double courses = brick && spot.depth < 25 && up * 12 % 1 < 0.25 ? -0.12 : 0;
      plaster.put(rgb, 1 + grime + courses);
      double margin = (1 - pane) / 2;
      boolean ground = spot.v < 3;
      if (spot.v > height - 0.5) {
        frame.put(rgb, 0.8);
      } else if (ground && shops) {
        if (up > 0.75) {
          shop.put(rgb);
        } else if (across > 0.08) {
          glass.put(rgb, 0.8 + 0.5 * noise.smooth(spot.u, spot.v));
        }
      } else if (across > margin && across < 1 - margin && up > 0.28 && up < 0.8) {
        boolean cross = Math.abs(across - 0.5) < 0.03 || up > 0.76 || up < 0.31;
        (cross ? frame : glass).put(rgb, 0.75 + 0.5 * noise.cell(column, floor));
      }
    };
  }
}
