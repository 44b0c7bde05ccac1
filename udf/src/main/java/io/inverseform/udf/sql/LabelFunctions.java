package io.inverseform.udf.sql;

import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.label.LabelPng;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/** Functions of label maps: their form and their ids. */
final class LabelFunctions {
  private static final DataType INT = DataTypes.IntegerType;

  /** A label map of four pixels in a row, for examples. */
  static final String LEFT_RIGHT = "label_map(array(0, 0, 1, 1), 4)";

  private static final int NO_ID = -1;

  private LabelFunctions() {}

  static List<SqlFunction> all() {
    return List.of(
        new ScalarEntry(
            Signature.of(
                    "label_map", DataTypes.BinaryType, "Makes a label map, 8-bit grey PNG, of ids.")
                .takes(
                    Argument.integers("ids", "0 to 255, row by row from the top"),
                    Argument.integer("width", "pixels; the number of ids must be a multiple of it"))
                .example(
                    "label_size(_FUNC_(array(7, 7, 8, 8, 8, 8), 3))", "{\"width\":3,\"height\":2}"),
            options -> labelMap(options.integer("width", 1, 1 << 27))),
        new ScalarEntry(
            Signature.of(
                    "label_ids",
                    DataTypes.createArrayType(INT, false),
                    "The ids of a label map or the 0 and 1 of an edge map, row by row from the top.")
                .takes(Argument.labels("labels"))
                .example("_FUNC_(label_map(array(7, 8, 255), 3))", "[7,8,255]"),
            options -> inputs -> ids(inputs.map("labels"))),
        new ScalarEntry(
            Signature.of(
                    "label_size",
                    SqlValues.structType("width", INT, "height", INT),
                    "The size in pixels of a label map or edge map.")
                .takes(Argument.labels("labels"))
                .example("_FUNC_(" + LEFT_RIGHT + ")", "{\"width\":4,\"height\":1}"),
            options ->
                inputs ->
                    SqlValues.struct(inputs.map("labels").width(), inputs.map("labels").height())),
        new ScalarEntry(
            Signature.of(
                    "map_ids",
                    DataTypes.BinaryType,
                    "Replaces ids, such as the source ids of a data set by train ids. An id that the"
                        + " mapping does not list becomes what 'unlisted' says and is an error"
                        + " without it; 255, which means ignored, stays 255 unless it is listed.")
                .takes(
                    Argument.labels("labels"),
                    Argument.mapping("mapping", "from id to id, 0 to 255"),
                    Argument.integer("unlisted", "the id that all other ids become, 0 to 255")
                        .optional())
                .example(
                    "label_ids(_FUNC_(label_map(array(7, 8, 255), 3), map(7, 0, 8, 1)))",
                    "[0,1,255]")
                .example(
                    "label_ids(_FUNC_(label_map(array(7, 8, 9), 3), map(7, 0), 255))",
                    "[0,255,255]"),
            options -> mapIds(table(options))),
        new ScalarEntry(
            Signature.of(
                    "cityscapes_train_ids",
                    DataTypes.BinaryType,
                    "Turns the label ids of Cityscapes (0 to 33) into its 19 train ids and 255.")
                .takes(Argument.labels("labels"))
                .example("label_ids(_FUNC_(label_map(array(7, 26, 0), 3)))", "[0,13,255]"),
            options -> {
              ClassCatalogue cityscapes = ClassCatalogue.cityscapes();
              return inputs -> LabelPng.encode(cityscapes.toTrainIds(inputs.map("labels")));
            }));
  }

  private static ScalarEntry.Computation labelMap(int width) {
    return inputs -> {
      int[] ids = inputs.integers("ids");
      if (ids.length == 0 || ids.length % width != 0) {
        throw new IllegalArgumentException(
            "the number of ids must be a positive multiple of width "
                + width
                + ", is "
                + ids.length);
      }
      byte[] bytes = new byte[ids.length];
      for (int i = 0; i < ids.length; i++) {
        bytes[i] = (byte) requireId(ids[i], "id at position " + i);
      }
      return LabelPng.encode(new LabelMap(width, ids.length / width, bytes));
    };
  }

  private static int requireId(int id, String what) {
    if (id < 0 || id > 255) {
      throw new IllegalArgumentException(what + " must be 0 to 255, is " + id);
    }
    return id;
  }

  private static int[] ids(LabelMap map) {
    int[] ids = new int[map.ids().length];
    Arrays.setAll(ids, i -> map.ids()[i] & 0xFF);
    return ids;
  }

  private static int[] table(Values options) {
    int[] table = new int[256];
    Arrays.fill(table, options.has("unlisted") ? options.integer("unlisted", 0, 255) : NO_ID);
    table[LabelMap.IGNORE] = LabelMap.IGNORE;
    for (Map.Entry<Integer, Integer> pair : options.mapping("mapping").entrySet()) {
      int from = requireId(pair.getKey(), "an id in the mapping");
      table[from] = requireId(pair.getValue(), "what id " + from + " becomes");
    }
    return table;
  }

  private static ScalarEntry.Computation mapIds(int[] table) {
    return inputs -> {
      LabelMap from = inputs.map("labels");
      byte[] to = new byte[from.ids().length];
      for (int i = 0; i < to.length; i++) {
        int id = from.ids()[i] & 0xFF;
        if (table[id] == NO_ID) {
          throw new IllegalArgumentException(
              "id %d at (%d, %d) is not in the mapping: add it, or give 'unlisted'"
                  .formatted(id, i % from.width(), i / from.width()));
        }
        to[i] = (byte) table[id];
      }
      return LabelPng.encode(new LabelMap(from.width(), from.height(), to));
    };
  }
}
