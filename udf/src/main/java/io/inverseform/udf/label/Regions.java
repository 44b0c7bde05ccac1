package io.inverseform.udf.label;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The connected regions of label maps: pixels of one id, joined by their sides. Specks of a few
 * pixels are likely errors of the labels. Runs of a row are joined to those of the row above by
 * union-find, so that the work is that of the runs, not of the pixels.
 */
public final class Regions {
  private final LabelMap map;
  // Runs cover the map without gaps: each ends where the next one starts.
  private final int[] starts;
  private final int[] parents;

  private Regions(LabelMap map) {
    this.map = map;
    starts = starts(map);
    parents = new int[starts.length - 1];
  }

  /**
   * All regions, {@link LabelMap#IGNORE} included, ordered by row and then column of their first
   * pixel.
   */
  public static List<Region> of(LabelMap map) {
    return of(map, Integer.MAX_VALUE);
  }

  /**
   * The regions of at most so many pixels, in the same order.
   *
   * @throws IllegalArgumentException if no region can be that small
   */
  public static List<Region> of(LabelMap map, int mostPixels) {
    if (mostPixels < 1) {
      throw new IllegalArgumentException(
          "most pixels of a region must be at least 1, is " + mostPixels);
    }
    Regions regions = new Regions(map);
    regions.join();
    return regions.collect(mostPixels);
  }

  /** Where the runs start in the array of ids, and the end of the array. */
  private static int[] starts(LabelMap map) {
    byte[] ids = map.ids();
    int[] starts = new int[64];
    int runs = 0;
    for (int row = 0; row < ids.length; row += map.width()) {
      int end = row + map.width();
      for (int i = row; i < end; i++) {
        if (i == row || ids[i] != ids[i - 1]) {
          if (runs == starts.length - 1) {
            starts = Arrays.copyOf(starts, 2 * starts.length);
          }
          starts[runs++] = i;
        }
      }
    }
    starts[runs] = ids.length;
    return Arrays.copyOf(starts, runs + 1);
  }

  private void join() {
    byte[] ids = map.ids();
    int width = map.width();
    int above = 0;
    for (int run = 0; run < parents.length; run++) {
      parents[run] = run;
      int left = starts[run] - width;
      int right = starts[run + 1] - width;
      while (starts[above + 1] <= left) {
        above++;
      }
      // The last run above may reach below the next run, too.
      for (int other = above; starts[other] < right; other++) {
        if (ids[starts[other]] == ids[starts[run]]) {
          unite(other, run);
        }
      }
    }
  }

  /** The first run of a region stands for it. */
  private void unite(int run, int other) {
    int first = first(run);
    int second = first(other);
    parents[Math.max(first, second)] = Math.min(first, second);
  }

  private int first(int run) {
    int at = run;
    while (parents[at] != at) {
      parents[at] = parents[parents[at]];
      at = parents[at];
    }
    return at;
  }

  private List<Region> collect(int mostPixels) {
    int width = map.width();
    int[] pixels = new int[parents.length];
    int[] left = new int[parents.length];
    int[] right = new int[parents.length];
    int[] last = new int[parents.length];
    for (int run = 0; run < parents.length; run++) {
      int first = first(run);
      int begin = starts[run] % width;
      int length = starts[run + 1] - starts[run];
      left[first] = pixels[first] == 0 ? begin : Math.min(left[first], begin);
      right[first] = Math.max(right[first], begin + length);
      pixels[first] += length;
      last[first] = run;
    }
    List<Region> regions = new ArrayList<>();
    for (int run = 0; run < parents.length; run++) {
      if (parents[run] == run && pixels[run] <= mostPixels) {
        regions.add(
            new Region(
                map.ids()[starts[run]] & 0xFF,
                pixels[run],
                left[run],
                starts[run] / width,
                right[run],
                starts[last[run]] / width + 1));
      }
    }
    return regions;
  }
}
