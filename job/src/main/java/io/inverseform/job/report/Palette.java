package io.inverseform.job.report;

import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.LabelMap;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** The colours of train ids: the catalogue's own, and black for what is ignored. */
record Palette(ClassCatalogue catalogue) {
  /** A colour with its name. */
  record Entry(String name, int rgb) {}

  int rgb(int trainId) {
    return trainId < catalogue.size() ? catalogue.classes().get(trainId).rgb() : 0;
  }

  /** The legend of some maps: what occurs in them, in the catalogue's order. */
  List<Entry> legend(List<LabelMap> maps) {
    BitSet present = new BitSet();
    for (LabelMap map : maps) {
      for (byte id : map.ids()) {
        present.set(Math.min(id & 0xFF, catalogue.size()));
      }
    }
    List<Entry> entries = new ArrayList<>();
    for (int id = 0; id < catalogue.size(); id++) {
      if (present.get(id)) {
        entries.add(new Entry(catalogue.names().get(id), rgb(id)));
      }
    }
    if (present.get(catalogue.size())) {
      entries.add(new Entry("ignored", 0));
    }
    return entries;
  }
}
