package io.inverseform.udf.edge;

import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.random.KeyedRandom;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * Measures the edge operators on one thread: median milliseconds and allocated bytes per call on
 * 2048x1024 maps of 19 classes and ignored pixels.
 *
 * <p>{@code EdgeBench [ROUNDS]} prints one JSON line per map and operator.
 */
final class EdgeBench {
  private static final int WIDTH = 2048;
  private static final int HEIGHT = 1024;

  private EdgeBench() {}

  public static void main(String[] args) {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 31;
    Map<String, LabelMap> maps = new LinkedHashMap<>();
    maps.put("300 regions", regions(300));
    maps.put("3000 regions", regions(3000));
    maps.put("noise", noise());
    Map<String, Function<LabelMap, Object>> operators = new LinkedHashMap<>();
    operators.put("sobel", new SobelEdges(1)::edges);
    operators.put("sobel threshold 4", new SobelEdges(4)::edges);
    operators.put("sobel magnitudes", new SobelEdges(1)::magnitudes);
    operators.put("sobel of values", new ValueSobelEdges(1, Border.REPEAT, Ignored.DROPPED)::edges);
    for (Laplacian kernel : Laplacian.values()) {
      operators.put(
          "laplacian " + kernel.name().toLowerCase(Locale.ROOT),
          new LaplacianEdges(kernel, 1, Border.REPEAT, Ignored.DROPPED)::edges);
    }
    for (int radius : new int[] {1, 2, 3, 20}) {
      operators.put("distance " + radius, new DistanceEdges(radius, Ignored.DROPPED)::edges);
    }
    operators.put("distance 2, ignored no edge", new DistanceEdges(2, Ignored.NO_EDGE)::edges);
    operators.put(
        "distance 2 of class 5", map -> new DistanceEdges(2, Ignored.DROPPED).classEdges(map, 5));
    operators.put("signed distance of class 5", map -> SignedDistance.of(map, 5));
    operators.put(
        "otsu, picture of 2048x341", map -> ImageEdges.otsu().edges(WIDTH, HEIGHT / 3, crop(map)));
    maps.forEach(
        (title, map) ->
            operators.forEach((name, operator) -> measure(title, map, name, operator, rounds)));
  }

  private static byte[] crop(LabelMap map) {
    return Arrays.copyOf(map.ids(), 3 * WIDTH * (HEIGHT / 3));
  }

  private static void measure(
      String title, LabelMap map, String name, Function<LabelMap, Object> operator, int rounds) {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long self = Thread.currentThread().getId();
    double[] millis = new double[rounds];
    long bytes = 0;
    for (int i = 0; i < 2 * rounds; i++) {
      long allocated = threads.getThreadAllocatedBytes(self);
      long start = System.nanoTime();
      Object result = operator.apply(map);
      millis[i / 2] = (System.nanoTime() - start) / 1e6;
      bytes = threads.getThreadAllocatedBytes(self) - allocated;
      if (result.hashCode() == 42) {
        System.err.println("never optimised away");
      }
    }
    Arrays.sort(millis);
    System.out.printf(
        Locale.ROOT,
        "{\"map\": \"%s\", \"operator\": \"%s\", \"ms\": %.2f, \"least_ms\": %.2f,"
            + " \"bytes\": %d}%n",
        title,
        name,
        millis[rounds / 2],
        millis[0],
        bytes);
  }

  /** Every pixel has the class of the nearest of some points; one in 20 regions is ignored. */
  private static LabelMap regions(int count) {
    KeyedRandom random = new KeyedRandom(7);
    int[] xs = new int[count];
    int[] ys = new int[count];
    byte[] classes = new byte[count];
    for (int i = 0; i < count; i++) {
      xs[i] = random.nextInt(WIDTH);
      ys[i] = random.nextInt(HEIGHT);
      classes[i] = id(random);
    }
    byte[] ids = new byte[WIDTH * HEIGHT];
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        int best = Integer.MAX_VALUE;
        for (int i = 0; i < count; i++) {
          int square = (xs[i] - x) * (xs[i] - x) + (ys[i] - y) * (ys[i] - y);
          if (square < best) {
            best = square;
            ids[y * WIDTH + x] = classes[i];
          }
        }
      }
    }
    return new LabelMap(WIDTH, HEIGHT, ids);
  }

  private static LabelMap noise() {
    KeyedRandom random = new KeyedRandom(8);
    byte[] ids = new byte[WIDTH * HEIGHT];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = (byte) random.nextInt(19);
    }
    return new LabelMap(WIDTH, HEIGHT, ids);
  }

  private static byte id(KeyedRandom random) {
    return (byte) (random.nextInt(20) == 0 ? LabelMap.IGNORE : random.nextInt(19));
  }
}
