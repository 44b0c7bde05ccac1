package io.inverseform.job.synthesize;

import io.inverseform.udf.random.KeyedRandom;
import java.awt.geom.Ellipse2D;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Makes one scene: draws lots for camera, light and street, and paints from far to near. */
final class SceneComposer {
  private final KeyedRandom random;
  private final int width;
  private final int height;

  SceneComposer(KeyedRandom random, int width, int height) {
    this.random = random;
    this.width = width * Canvas.OVERSAMPLING;
    this.height = height * Canvas.OVERSAMPLING;
  }

  Scene compose() {
    Camera camera =
        new Camera(
            width * random.nextDouble(0.28, 0.72),
            height * random.nextDouble(0.34, 0.54),
            width * random.nextDouble(0.62, 1),
            random.nextDouble(1.25, 1.9));
    Street street = Street.random(random);
    Colour sky =
        Colour.pick(random, 0.06, 0x7C9CC4, 0x98B0C8, 0xB8BCC0, 0x9C9CA0, 0xC8C4BC, 0x8890A8);
    Canvas canvas =
        new Canvas(width, height, sky.mixed(Colour.grey(0.8), 0.6), hazeDensity(street));
    new Backdrop(random, camera, street, sky).paint(canvas);
    List<Thing> things = things(camera, street);
    things.sort(Comparator.comparingDouble(Thing::depth).reversed());
    things.forEach(thing -> thing.paint().on(canvas));
    bonnet(canvas);
    return new Sensor(random).expose(canvas);
  }

  private double hazeDensity(Street street) {
    return random.nextDouble(0.001, 0.012) * (1.3 - street.sunshine());
  }

  private List<Thing> things(Camera camera, Street street) {
    List<Thing> things = new ArrayList<>();
    Trees trees = new Trees(random, camera, street);
    Buildings buildings = new Buildings(random, camera, street);
    Cars cars = new Cars(random, camera, street);
    for (int side = -1; side <= 1; side += 2) {
      if (random.nextInt(10) < 3) {
        trees.addPark(side, things);
      } else {
        buildings.addRow(side, things);
      }
      if (random.nextInt(5) < 2) {
        trees.addAvenue(side, things);
      }
      if (random.nextInt(5) < 3) {
        cars.addParked(side, things);
      }
    }
    cars.addTraffic(things);
    new StreetFurniture(random, camera, street).add(things);
    new People(random, camera, street).add(things);
    return things;
  }

  /** The front of the car that carries the camera. */
  private void bonnet(Canvas canvas) {
    if (random.nextInt(3) == 0) {
      return;
    }
    double rise = height * random.nextDouble(0.03, 0.11);
    Noise noise = new Noise(random.nextLong());
    Colour paint = Colour.pick(random, 0.05, 0x1C1E22, 0x2C2C30, 0x50545A);
    canvas.fillScreen(
        new Ellipse2D.Double(-0.15 * width, height - rise, 1.3 * width, 3 * rise),
        LabelId.EGO_VEHICLE,
        (spot, rgb) ->
            paint.put(
                rgb,
                1.6 - (spot.v - height + rise) / rise + 0.4 * noise.smooth(6 * spot.u / width, 0)));
  }
}
