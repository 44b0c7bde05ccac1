package io.inverseform.job.archive;

import ai.djl.Model;
import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.output.CategoryMask;
import ai.djl.translate.TranslateException;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorFactory;
import ai.djl.util.Pair;
import java.io.Serializable;
import java.lang.reflect.Type;
import java.util.Map;
import java.util.Set;

/**
 * Pictures of any size in, masks of the same size out, by the computation that scores a trained
 * network: the same bits, given the same number of PyTorch's threads.
 */
public final class ArchiveTranslatorFactory implements TranslatorFactory, Serializable {
  private static final long serialVersionUID = 1;

  /** From {@link Image} to {@link CategoryMask}. */
  @Override
  public Set<Pair<Type, Type>> getSupportedTypes() {
    return Set.of(new Pair<>(Image.class, CategoryMask.class));
  }

  /**
   * A translator for the network of an archive.
   *
   * @throws TranslateException if the model is none, or other types are asked for
   */
  @Override
  @SuppressWarnings("unchecked")
  public <I, O> Translator<I, O> newInstance(
      Class<I> input, Class<O> output, Model model, Map<String, ?> arguments)
      throws TranslateException {
    if (!isSupported(input, output)) {
      throw new TranslateException(
          "from %s to %s: a segmentation network translates Image to CategoryMask"
              .formatted(input.getName(), output.getName()));
    }
    if (!(model.getBlock() instanceof ServedNetwork network)) {
      throw new TranslateException(
          "model %s has a %s, not the network of a model archive: leave blockFactory as it is"
              .formatted(model.getName(), model.getBlock().getClass().getName()));
    }
    return (Translator<I, O>) new PictureTranslator(network);
  }
}
