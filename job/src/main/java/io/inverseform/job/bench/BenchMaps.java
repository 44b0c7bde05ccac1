package io.inverseform.job.bench;

import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.label.LabelPng;
import io.inverseform.udf.random.KeyedRandom;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The label maps that operations are measured on: drawn ones, or the user's. */
final class BenchMaps {
  private static final int WIDTH = 2048;
  private static final int HEIGHT = 1024;
  private static final int REGIONS = 300;
  private static final int ONE_IN_IGNORED = 20;
  private static final long SEED = 7;

  private BenchMaps() {}

  /** A map of regions: every pixel has the class of the nearest of some points, or is ignored. */
  static LabelMap draw() {
    KeyedRandom random = new KeyedRandom(SEED);
    int[] xs = new int[REGIONS];
    int[] ys = new int[REGIONS];
    byte[] classes = new byte[REGIONS];
    for (int i = 0; i < REGIONS; i++) {
      xs[i] = random.nextInt(WIDTH);
      ys[i] = random.nextInt(HEIGHT);
      boolean ignored = random.nextInt(ONE_IN_IGNORED) == 0;
      classes[i] = (byte) (ignored ? LabelMap.IGNORE : random.nextInt(EdgeInput.CLASSES));
    }
    byte[] ids = new byte[WIDTH * HEIGHT];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = classes[nearest(xs, ys, i % WIDTH, i / WIDTH)];
    }
    return new LabelMap(WIDTH, HEIGHT, ids);
  }

  private static int nearest(int[] xs, int[] ys, int x, int y) {
    int nearest = 0;
    int least = Integer.MAX_VALUE;
    for (int i = 0; i < xs.length; i++) {
      int square = (xs[i] - x) * (xs[i] - x) + (ys[i] - y) * (ys[i] - y);
      if (square < least) {
        least = square;
        nearest = i;
      }
    }
    return nearest;
  }

  /**
   * Reads label PNGs. If any id of theirs is no train id of Cityscapes, all are taken for its label
   * ids.
   *
   * @throws IOException if a file cannot be read, or is no label PNG of the others' size
   */
  static List<LabelMap> read(List<Path> files) throws IOException {
    List<LabelMap> maps = new ArrayList<>();
    boolean labelIds = false;
    for (Path file : files) {
      LabelMap map = read(file);
      if (!maps.isEmpty() && !sizeOf(map).equals(sizeOf(maps.get(0)))) {
        throw new IOException(
            "%s is %s, %s is %s: measure one size at a time"
                .formatted(files.get(0), sizeOf(maps.get(0)), file, sizeOf(map)));
      }
      maps.add(map);
      labelIds |= hasOtherThanTrainIds(map);
    }
    return labelIds ? trainIds(files, maps) : maps;
  }

  private static LabelMap read(Path file) throws IOException {
    try {
      return LabelPng.decode(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      throw new IOException("there is no file " + file, e);
    } catch (IOException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private static String sizeOf(LabelMap map) {
    return map.width() + "x" + map.height();
  }

  private static boolean hasOtherThanTrainIds(LabelMap map) {
    for (byte id : map.ids()) {
      if ((id & 0xFF) >= EdgeInput.CLASSES && id != (byte) LabelMap.IGNORE) {
        return true;
      }
    }
    return false;
  }

  private static List<LabelMap> trainIds(List<Path> files, List<LabelMap> maps) throws IOException {
    ClassCatalogue cityscapes = ClassCatalogue.cityscapes();
    List<LabelMap> trainIds = new ArrayList<>();
    for (int i = 0; i < maps.size(); i++) {
      try {
        trainIds.add(cityscapes.toTrainIds(maps.get(i)));
      } catch (IllegalArgumentException e) {
        throw new IOException(
            "%s: %s; train ids 0 to 18 or label ids of Cityscapes are needed"
                .formatted(files.get(i), e.getMessage()),
            e);
      }
    }
    return trainIds;
  }
}
