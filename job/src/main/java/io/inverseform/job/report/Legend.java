package io.inverseform.job.report;

import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.picture.Palette;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * What the colours of some maps mean.
 *
 * @param entries what occurs in the maps, in the catalogue's order, ignored pixels last
 */
record Legend(List<Entry> entries) {
  /** A colour with its name. */
  record Entry(String name, int rgb) {}

  /** The legend of maps of train ids. */
  static Legend of(ClassCatalogue catalogue, List<LabelMap> maps) {
    BitSet present = new BitSet();
    for (LabelMap map : maps) {
      for (byte id : map.ids()) {
        present.set(Math.min(id & 0xFF, catalogue.size()));
      }
    }
    Palette palette = Palette.of(catalogue);
    List<Entry> entries = new ArrayList<>();
    for (int id = 0; id <= catalogue.size(); id++) {
      if (present.get(id)) {
        String name = id < catalogue.size() ? catalogue.names().get(id) : "ignored";
        entries.add(new Entry(name, palette.rgb(id)));
      }
    }
    return new Legend(entries);
  }
}
