package io.inverseform.job.synthesize;

import java.awt.Shape;

/** A plane in the scene with coordinates of its own, in metres. */
interface Surface {
  /** Finds what a picture element shows of this surface. */
  void locate(double screenX, double screenY, Spot spot);

  /** The outline on the screen of a shape given in the surface's coordinates. */
  Shape project(Shape shape);
}
