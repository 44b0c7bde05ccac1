package io.inverseform.job.synthesize;

import io.inverseform.udf.random.KeyedRandom;
import java.awt.Shape;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;

/** Sky, ground, road and what closes the street at its far end. */
final class Backdrop {
  private static final double STEP = 1.06;

  private final KeyedRandom random;
  private final Camera camera;
  private final Street street;
  private final Colour sky;

  Backdrop(KeyedRandom random, Camera camera, Street street, Colour sky) {
    this.random = random;
    this.camera = camera;
    this.street = street;
    this.sky = sky;
  }

  void paint(Canvas canvas) {
    sky(canvas);
    pavement(canvas);
    road(canvas);
    shadows(canvas);
    farEnd(canvas);
  }

  private void sky(Canvas canvas) {
    Noise noise = new Noise(random.nextLong());
    Colour low = sky.mixed(Colour.pick(random, 0.05, 0xE8E4DC, 0xD8DCE0, 0xE6CFB4), 0.7);
    Colour cloud = Colour.grey(random.nextDouble(0.55, 1));
    double cover = random.nextDouble(0, 0.9);
    double size = canvas.width / random.nextDouble(2, 6);
    canvas.fillScreen(
        new Rectangle2D.Double(0, 0, canvas.width, canvas.height),
        LabelId.SKY,
        (spot, rgb) -> {
          double up = Math.min(1, Math.max(0, 1 - spot.v / camera.horizon()));
          double wisp = noise.rough(spot.u / size, 2.5 * spot.v / size);
          double share = Math.max(0, Math.min(1, (wisp - 1 + cover) * 3));
          low.mixed(sky, up).mixed(cloud, share).put(rgb);
        });
  }

  private void pavement(Canvas canvas) {
    Noise noise = new Noise(random.nextLong());
    Colour stone = Colour.pick(random, 0.07, 0x9A958C, 0xA89C8C, 0x8C8880, 0xA48E78, 0x88868A);
    double slab = random.nextDouble(0.4, 1.2);
    double joint = random.nextDouble(0.15, 0.35);
    canvas.fill(
        Outline.box(-400, Camera.NEAR, 400, 1000),
        LabelId.SIDEWALK,
        camera.ground(),
        (spot, rgb) -> {
          double fine = Math.min(1, 12 / spot.depth);
          double u = (spot.u - street.drift(spot.v)) / slab;
          double v = spot.v / slab;
          double edge = Math.min(u - Math.floor(u), v - Math.floor(v));
          double shade = 0.16 * (noise.cell(u, v) - 0.5) + 0.14 * (noise.rough(u, v) - 0.5);
          double line = edge < 0.1 ? joint : 0;
          stone.put(rgb, 1 + fine * (shade - line));
        });
  }

  private void road(Canvas canvas) {
    Noise noise = new Noise(random.nextLong());
    Colour asphalt = Colour.pick(random, 0.06, 0x66666A, 0x585A5E, 0x72706E, 0x4A4A4E, 0x7A7A7E);
    Colour paint = Colour.grey(random.nextDouble(0.75, 0.95));
    double lane = (street.right() - street.left()) / (2 + random.nextInt(2));
    double dash = random.nextDouble(2, 5);
    boolean marked = random.nextInt(4) > 0;
    double worn = random.nextDouble(0.2, 0.6);
    canvas.fill(
        strip(z -> street.kerb(-1, z), z -> street.kerb(1, z)),
        LabelId.ROAD,
        camera.ground(),
        (spot, rgb) -> {
          double u = spot.u - street.drift(spot.v);
          double grain = noise.rough(6 * u, 3 * spot.v) - 0.5;
          double stain = noise.smooth(0.7 * u, 0.12 * spot.v) - 0.5;
          asphalt.put(rgb, 1 + 0.2 * stain + 0.16 * grain * Math.min(1, 10 / spot.depth));
          double across = (u - street.left()) / lane;
          boolean line = Math.abs(across - Math.rint(across)) * lane < 0.08;
          boolean inside = u - street.left() > 0.5 && street.right() - u > 0.5;
          boolean on = spot.v / dash - 2 * Math.floor(spot.v / dash / 2) < 1;
          if (marked && line && inside && on && noise.rough(2 * u, spot.v) > worn) {
            paint.put(rgb);
          }
        });
    for (int side = -1; side <= 1; side += 2) {
      int s = side;
      Colour kerb = Colour.grey(random.nextDouble(0.4, 0.75));
      canvas.fill(
          strip(z -> street.kerb(s, z) - 0.02, z -> street.kerb(s, z) + 0.18 * s),
          LabelId.SIDEWALK,
          camera.ground(),
          Texture.mottled(kerb, noise, 1.5, 0.2));
    }
  }

  private void shadows(Canvas canvas) {
    int side = street.sunFromLeft() ? -1 : 1;
    double reach = random.nextDouble(0, 1) * (street.right() - street.left());
    canvas.shade(
        strip(z -> street.front(side, z) + 30 * side, z -> street.kerb(side, z) - side * reach),
        camera.ground(),
        1 - 0.5 * street.sunshine());
  }

  private void farEnd(Canvas canvas) {
    boolean trees = random.nextBoolean();
    Surface wall = camera.facing(street.drift(Street.END), Street.END);
    for (double u = -150; u < 150; ) {
      double width = random.nextDouble(6, 20);
      double height = random.nextDouble(3, trees ? 9 : 16);
      Noise noise = new Noise(random.nextLong());
      Colour colour =
          trees
              ? Colour.pick(random, 0.05, 0x3F5230, 0x5A5F3C, 0x4A4A38)
              : Colour.pick(random, 0.1, 0x8A8078, 0x9C9488, 0x6C6C72);
      canvas.fill(
          trees
              ? Outline.dome(u + width / 2, width * 0.8, height)
              : Outline.box(u, 0, u + width, height),
          trees ? LabelId.VEGETATION : LabelId.BUILDING,
          wall,
          Texture.mottled(colour, noise, 2.5, 0.25));
      u += width;
    }
  }

  private interface Line {
    double x(double z);
  }

  private static Shape strip(Line from, Line to) {
    Path2D path = new Path2D.Double();
    path.moveTo(from.x(Camera.NEAR), Camera.NEAR);
    for (double z = Camera.NEAR * STEP; z < Street.END; z *= STEP) {
      path.lineTo(from.x(z), z);
    }
    for (double z = Street.END; z > Camera.NEAR; z /= STEP) {
      path.lineTo(to.x(z), z);
    }
    path.lineTo(to.x(Camera.NEAR), Camera.NEAR);
    path.closePath();
    return path;
  }
}
