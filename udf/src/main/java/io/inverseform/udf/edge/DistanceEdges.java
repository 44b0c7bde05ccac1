package io.inverseform.udf.edge;

import io.inverseform.udf.label.LabelMap;

/**
 * Edges by distance: a pixel is an edge if another class comes within a radius of it, Euclidean
 * between pixel centres. That is what a distance transform per class gives, to the outside for the
 * class's own pixels and to the class for all others, but none is computed: pairs of direct
 * neighbours that differ are grown by the disk.
 */
public final class DistanceEdges implements EdgeOperator {
  private static final long serialVersionUID = 1;

  private final Disk disk;
  private final Ignored ignored;

  /**
   * Edges within a radius of another class.
   *
   * @param radius pixels, 1 to 32,000, not necessarily whole; 1 marks one pixel on either side of a
   *     boundary
   * @param ignored {@link Ignored#CLASS} and {@link Ignored#OUTSIDE} are the same here
   * @throws IllegalArgumentException if the radius is out of range
   */
  public DistanceEdges(double radius, Ignored ignored) {
    disk = new Disk(radius);
    this.ignored = ignored;
  }

  @Override
  public Ignored ignored() {
    return ignored;
  }

  @Override
  public LabelMap edges(LabelMap trainIds) {
    BitMap edges = Dilation.ofDifferences(trainIds, disk);
    switch (ignored) {
      case CLASS, OUTSIDE -> {}
      case DROPPED -> edges.andNot(Dilation.of(BitMap.of(trainIds, LabelMap.IGNORE), disk));
      case NO_EDGE -> removeEdgesOfIgnored(edges, trainIds);
    }
    return edges.toLabelMap();
  }

  /** Edges near ignored pixels stay only if a class other than the pixel's own is near, too. */
  private void removeEdgesOfIgnored(BitMap edges, LabelMap trainIds) {
    BitMap none = BitMap.of(trainIds, LabelMap.IGNORE);
    BitMap doubtful = Dilation.of(none, disk);
    edges.andNot(none);
    doubtful.and(edges);
    for (int y = 0; y < trainIds.height(); y++) {
      for (int x = doubtful.next(0, y); x < trainIds.width(); x = doubtful.next(x + 1, y)) {
        if (!nearOtherClass(trainIds, x, y)) {
          edges.clear(x, y);
        }
      }
    }
  }

  private boolean nearOtherClass(LabelMap map, int x, int y) {
    int own = map.id(x, y);
    int bottom = Math.min(y + disk.reach(), map.height() - 1);
    for (int row = Math.max(y - disk.reach(), 0); row <= bottom; row++) {
      int halfWidth = disk.halfWidth(Math.abs(row - y));
      int right = Math.min(x + halfWidth, map.width() - 1);
      for (int column = Math.max(x - halfWidth, 0); column <= right; column++) {
        int id = map.id(column, row);
        if (id != own && id != LabelMap.IGNORE) {
          return true;
        }
      }
    }
    return false;
  }
}
