package io.inverseform.job.synthesize;

import java.awt.Shape;
import java.awt.geom.Arc2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;

/** Shapes in the coordinates of a surface. */
final class Outline {
  private Outline() {}

  static Shape box(double left, double bottom, double right, double top) {
    return new Rectangle2D.Double(left, bottom, right - left, top - bottom);
  }

  static Shape disc(double u, double v, double radius) {
    return ellipse(u, v, radius, radius);
  }

  static Shape ellipse(double u, double v, double radiusU, double radiusV) {
    return new Ellipse2D.Double(u - radiusU, v - radiusV, 2 * radiusU, 2 * radiusV);
  }

  /** The upper half of an ellipse. */
  static Shape dome(double u, double radius, double height) {
    return new Arc2D.Double(u - radius, -height, 2 * radius, 2 * height, 0, -180, Arc2D.CHORD);
  }

  /** A polygon from u, v pairs. */
  static Shape polygon(double... points) {
    Path2D path = new Path2D.Double();
    path.moveTo(points[0], points[1]);
    for (int i = 2; i < points.length; i += 2) {
      path.lineTo(points[i], points[i + 1]);
    }
    path.closePath();
    return path;
  }

  /** A bar between two points. */
  static Shape bar(double u0, double v0, double u1, double v1, double thickness) {
    double length = Math.max(1e-9, Math.hypot(u1 - u0, v1 - v0));
    double du = (v1 - v0) / length * thickness / 2;
    double dv = (u0 - u1) / length * thickness / 2;
    return polygon(u0 + du, v0 + dv, u1 + du, v1 + dv, u1 - du, v1 - dv, u0 - du, v0 - dv);
  }
}
