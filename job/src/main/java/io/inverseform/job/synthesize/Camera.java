package io.inverseform.job.synthesize;

import java.awt.Shape;
import java.awt.geom.Path2D;
import java.awt.geom.PathIterator;

/**
 * A pinhole camera that looks along a street. World axes, in metres: x to the right, y up from the
 * ground, z ahead; the camera is at x = 0, z = 0.
 *
 * @param centreX screen column of the direction straight ahead
 * @param horizon screen row of the horizon
 * @param focal screen pixels for one metre at a distance of one metre
 * @param height of the camera above the ground
 */
record Camera(double centreX, double horizon, double focal, double height) {
  /** Nothing nearer than this is drawn. */
  static final double NEAR = 0.8;

  private static final double FLATNESS = 0.02;

  double screenX(double x, double z) {
    return centreX + focal * x / z;
  }

  double screenY(double y, double z) {
    return horizon + focal * (height - y) / z;
  }

  /** The ground; u is x and v is z. */
  Surface ground() {
    return new Surface() {
      @Override
      public void locate(double screenX, double screenY, Spot spot) {
        spot.depth = focal * height / Math.max(1e-3, screenY - horizon);
        spot.u = (screenX - centreX) * spot.depth / focal;
        spot.v = spot.depth;
      }

      @Override
      public Shape project(Shape shape) {
        return map(
            shape,
            (u, v) -> screenX(u, Math.max(NEAR, v)),
            (u, v) -> screenY(0, Math.max(NEAR, v)));
      }
    };
  }

  /** The upright plane through two points of the ground; u runs from the first, v is height. */
  Surface wall(double x0, double z0, double x1, double z1) {
    double length = Math.hypot(x1 - x0, z1 - z0);
    return new Surface() {
      @Override
      public void locate(double screenX, double screenY, Spot spot) {
        double slope = (screenX - centreX) / focal;
        double share = (slope * z0 - x0) / (x1 - x0 - slope * (z1 - z0));
        spot.depth = z0 + share * (z1 - z0);
        spot.u = share * length;
        spot.v = height - (screenY - horizon) * spot.depth / focal;
      }

      @Override
      public Shape project(Shape shape) {
        return map(
            shape,
            (u, v) -> screenX(x0 + u / length * (x1 - x0), Math.max(NEAR, z(u))),
            (u, v) -> screenY(v, Math.max(NEAR, z(u))));
      }

      private double z(double u) {
        return z0 + u / length * (z1 - z0);
      }
    };
  }

  /** An upright plane that faces the camera, with u = 0 at x. */
  Surface facing(double x, double z) {
    return wall(x, z, x + 1, z);
  }

  private interface Coordinate {
    double of(double u, double v);
  }

  private static Shape map(Shape shape, Coordinate x, Coordinate y) {
    Path2D outline = new Path2D.Double(Path2D.WIND_NON_ZERO);
    double[] point = new double[6];
    for (PathIterator i = shape.getPathIterator(null, FLATNESS); !i.isDone(); i.next()) {
      switch (i.currentSegment(point)) {
        case PathIterator.SEG_MOVETO -> outline.moveTo(at(x, point), at(y, point));
        case PathIterator.SEG_LINETO -> outline.lineTo(at(x, point), at(y, point));
        default -> outline.closePath();
      }
    }
    return outline;
  }

  private static double at(Coordinate coordinate, double[] point) {
    return coordinate.of(point[0], point[1]);
  }
}
