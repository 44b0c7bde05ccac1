package io.inverseform.job.synthesize;

import io.inverseform.udf.random.KeyedRandom;
import java.awt.Shape;
import java.awt.geom.Path2D;
import java.util.List;

/** Trees and hedges. */
final class Trees {
  private final KeyedRandom random;
  private final Camera camera;
  private final Street street;
  private final int[] season;

  Trees(KeyedRandom random, Camera camera, Street street) {
    this.random = random;
    this.camera = camera;
    this.street = street;
    this.season =
        switch (random.nextInt(8)) {
          case 0 -> new int[] {0x8C6428, 0xA08030, 0x7C5030, 0x6C6030};
          case 1 -> new int[] {0x5C5848, 0x6C665C, 0x4C4840};
          default -> new int[] {0x40582C, 0x54683C, 0x304828, 0x687844, 0x4C5C40};
        };
  }

  /** Adds trees along the kerb. */
  void addAvenue(int side, List<Thing> things) {
    double spacing = random.nextDouble(7, 16);
    for (double z = random.nextDouble(4, 14); z < 80; z += spacing * random.nextDouble(0.7, 1.4)) {
      addTree(side, street.kerb(side, z) + side * random.nextDouble(0.5, 1.2), z, things);
    }
  }

  /** Adds a hedge with trees behind it in place of buildings. */
  void addPark(int side, List<Thing> things) {
    for (double z = 3; z < 90; z += random.nextDouble(2.5, 6)) {
      double x = street.front(side, z) + side * random.nextDouble(2, 12);
      addTree(side, x, z, things);
    }
    Noise noise = new Noise(random.nextLong());
    Colour leaf = Colour.pick(random, 0.05, season);
    double height = random.nextDouble(0.7, 2.2);
    for (double z = Camera.NEAR; z < 90; ) {
      double end = z * 1.25 + 1;
      Surface wall = camera.wall(street.front(side, z), z, street.front(side, end), end);
      double length = Math.hypot(street.front(side, end) - street.front(side, z), end - z);
      Shape shape = ragged(length, height);
      things.add(
          new Thing(
              end,
              canvas ->
                  canvas.fill(
                      shape, LabelId.VEGETATION, wall, leaves(leaf, noise, 0, height, side))));
      z = end;
    }
  }

  private void addTree(int side, double x, double z, List<Thing> things) {
    double crown = random.nextDouble(1.3, 2.8);
    double middle = crown + random.nextDouble(1.6, 3.2);
    double trunk = random.nextDouble(0.12, 0.25);
    double lean = random.nextDouble(-0.3, 0.3);
    Colour bark = Colour.pick(random, 0.06, 0x4C4034, 0x5C5048, 0x3C3630);
    Colour leaf = Colour.pick(random, 0.05, season);
    Noise noise = new Noise(random.nextLong());
    Shape foliage = crown(lean, middle, crown);
    Surface plane = camera.facing(x, z);
    Shape shadow = Outline.ellipse(x - side * crown * 0.4, z, crown, crown * 0.8);
    things.add(
        new Thing(
            z,
            canvas -> {
              canvas.fill(
                  Outline.polygon(-trunk, 0, trunk, 0, lean + trunk / 2, middle, lean, middle),
                  LabelId.VEGETATION,
                  plane,
                  Texture.mottled(bark, noise, 0.3, 0.3).lit(street.light(side)));
              canvas.fill(
                  foliage,
                  LabelId.VEGETATION,
                  plane,
                  leaves(leaf, noise, middle - crown, middle + crown, side));
            }));
    things.add(
        new Thing(
            Street.END + 1,
            canvas -> canvas.shade(shadow, camera.ground(), 1 - 0.45 * street.sunshine())));
  }

  private Texture leaves(Colour leaf, Noise noise, double bottom, double top, int side) {
    double light = street.light(side);
    return (spot, rgb) -> {
      double clump = noise.rough(1.7 * spot.u, 1.7 * spot.v) - 0.5;
      double leafage = noise.smooth(9 * spot.u, 9 * spot.v) - 0.5;
      double up = (spot.v - bottom) / (top - bottom) - 0.5;
      double fine = Math.min(1, 14 / spot.depth);
      leaf.put(rgb, light * Math.max(0.15, 1 + 0.5 * up + 1.1 * clump + 0.7 * fine * leafage));
    };
  }

  private Shape crown(double u, double v, double radius) {
    Path2D path = new Path2D.Double(Path2D.WIND_NON_ZERO);
    int blobs = 5 + random.nextInt(4);
    for (int i = 0; i < blobs; i++) {
      double angle = random.nextDouble(0, 2 * Math.PI);
      double away = radius * random.nextDouble(0.2, 0.6);
      double size = radius * random.nextDouble(0.45, 0.7);
      path.append(blob(u + away * Math.cos(angle), v + 0.9 * away * Math.sin(angle), size), false);
    }
    return path;
  }

  private Shape blob(double u, double v, double radius) {
    double[] points = new double[48];
    for (int i = 0; i < points.length; i += 2) {
      double angle = 2 * Math.PI * i / points.length;
      double r = radius * random.nextDouble(0.82, 1.1);
      points[i] = u + r * Math.cos(angle);
      points[i + 1] = v + r * Math.sin(angle);
    }
    return Outline.polygon(points);
  }

  private Shape ragged(double length, double height) {
    Path2D path = new Path2D.Double();
    path.moveTo(0, 0);
    int steps = 24;
    for (int i = 0; i <= steps; i++) {
      path.lineTo(length * i / steps, height * random.nextDouble(0.88, 1.08));
    }
    path.lineTo(length, 0);
    path.closePath();
    return path;
  }
}
