package io.inverseform.udf.label;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The classes of a data set. A class's train id is its position; source ids are what its label
 * files hold. Source id 255 is always ignored.
 *
 * @param classes 1 to 255 of them
 * @param ignoredIds source ids that are known, and ignored in loss and score
 */
public record ClassCatalogue(List<LabelClass> classes, List<Integer> ignoredIds)
    implements Serializable {
  /**
   * One class.
   *
   * @param rgb display colour, 0xRRGGBB
   * @param sourceIds ids of it in label files, 0 to 254
   */
  public record LabelClass(String name, int rgb, List<Integer> sourceIds) implements Serializable {
    /** Keeps the list as it is now. */
    public LabelClass {
      sourceIds = List.copyOf(sourceIds);
    }
  }

  private static final int UNKNOWN = -1;

  /** Checks that names and source ids are unique and in range. */
  public ClassCatalogue {
    classes = List.copyOf(classes);
    ignoredIds = List.copyOf(ignoredIds);
    if (classes.isEmpty() || classes.size() > LabelMap.IGNORE) {
      throw new IllegalArgumentException(
          "a catalogue has 1 to 255 classes, this one " + classes.size());
    }
    Set<String> names = new HashSet<>();
    Set<Integer> ids = new HashSet<>();
    for (LabelClass labelClass : classes) {
      if (!names.add(labelClass.name())) {
        throw new IllegalArgumentException("class name '" + labelClass.name() + "' occurs twice");
      }
      if (labelClass.sourceIds().contains(LabelMap.IGNORE)) {
        throw new IllegalArgumentException(
            "class '" + labelClass.name() + "' has source id 255, which means ignore");
      }
      labelClass.sourceIds().forEach(id -> addUnique(ids, id));
    }
    ignoredIds.forEach(id -> addUnique(ids, id));
  }

  private static void addUnique(Set<Integer> ids, int id) {
    if (id < 0 || id > 255) {
      throw new IllegalArgumentException("source id " + id + " is not in 0..255");
    }
    if (!ids.add(id)) {
      throw new IllegalArgumentException("source id " + id + " occurs twice");
    }
  }

  /** The 19 evaluated classes of Cityscapes and its label ids 0 to 33. */
  public static ClassCatalogue cityscapes() {
    return new ClassCatalogue(
        List.of(
            of("road", 0x804080, 7),
            of("sidewalk", 0xF423E8, 8),
            of("building", 0x464646, 11),
            of("wall", 0x66669C, 12),
            of("fence", 0xBE9999, 13),
            of("pole", 0x999999, 17),
            of("traffic light", 0xFAAA1E, 19),
            of("traffic sign", 0xDCDC00, 20),
            of("vegetation", 0x6B8E23, 21),
            of("terrain", 0x98FB98, 22),
            of("sky", 0x4682B4, 23),
            of("person", 0xDC143C, 24),
            of("rider", 0xFF0000, 25),
            of("car", 0x00008E, 26),
            of("truck", 0x000046, 27),
            of("bus", 0x003C64, 28),
            of("train", 0x005064, 31),
            of("motorcycle", 0x0000E6, 32),
            of("bicycle", 0x770B20, 33)),
        List.of(0, 1, 2, 3, 4, 5, 6, 9, 10, 14, 15, 16, 18, 29, 30));
  }

  /** The same classes by their train ids: label files hold 0 to 18 and 255. */
  public static ClassCatalogue cityscapesTrainIds() {
    List<LabelClass> classes = new ArrayList<>();
    for (LabelClass labelClass : cityscapes().classes()) {
      classes.add(of(labelClass.name(), labelClass.rgb(), classes.size()));
    }
    return new ClassCatalogue(classes, List.of());
  }

  private static LabelClass of(String name, int rgb, int sourceId) {
    return new LabelClass(name, rgb, List.of(sourceId));
  }

  /** Number of classes: train ids are 0 to size - 1, and 255. */
  public int size() {
    return classes.size();
  }

  /** Class names by train id. */
  public List<String> names() {
    return classes.stream().map(LabelClass::name).toList();
  }

  /**
   * Turns source ids into train ids.
   *
   * @throws IllegalArgumentException at an id that is in no class and not ignored
   */
  public LabelMap toTrainIds(LabelMap source) {
    int[] table = table();
    byte[] from = source.ids();
    byte[] to = new byte[from.length];
    for (int i = 0; i < from.length; i++) {
      int trainId = table[from[i] & 0xFF];
      if (trainId == UNKNOWN) {
        throw new IllegalArgumentException(
            "label id "
                + (from[i] & 0xFF)
                + " at ("
                + i % source.width()
                + ", "
                + i / source.width()
                + ") belongs to no class and is not ignored");
      }
      to[i] = (byte) trainId;
    }
    return new LabelMap(source.width(), source.height(), to);
  }

  /**
   * Turns train ids into source ids, of each class the first: what a data set's own label files,
   * and its server for scores, understand. Ignored pixels stay 255.
   *
   * @throws IllegalArgumentException at an id that is no class, or one of a class without source id
   */
  public LabelMap toSourceIds(LabelMap trainIds) {
    byte[] from = trainIds.ids();
    byte[] to = new byte[from.length];
    for (int i = 0; i < from.length; i++) {
      to[i] = (byte) sourceId(from[i] & 0xFF);
    }
    return new LabelMap(trainIds.width(), trainIds.height(), to);
  }

  private int sourceId(int trainId) {
    if (trainId == LabelMap.IGNORE) {
      return LabelMap.IGNORE;
    }
    if (trainId >= classes.size()) {
      throw new IllegalArgumentException(
          "train id " + trainId + " is none of " + classes.size() + " classes");
    }
    LabelClass labelClass = classes.get(trainId);
    if (labelClass.sourceIds().isEmpty()) {
      throw new IllegalArgumentException(
          "class '" + labelClass.name() + "' has no id in label files: its source ids are empty");
    }
    return labelClass.sourceIds().get(0);
  }

  private int[] table() {
    int[] table = new int[256];
    Arrays.fill(table, UNKNOWN);
    table[LabelMap.IGNORE] = LabelMap.IGNORE;
    ignoredIds.forEach(id -> table[id] = LabelMap.IGNORE);
    for (int trainId = 0; trainId < classes.size(); trainId++) {
      for (int id : classes.get(trainId).sourceIds()) {
        table[id] = trainId;
      }
    }
    return table;
  }
}
