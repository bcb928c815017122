"""Networks of GluonNLP 0.10, without pretrained weights or vocabularies."""

import functools

from network_spec import Input, Network

SMALL_BERT = {"layers": 2, "units": 64, "hidden": 128, "heads": 4, "vocabulary": 500}
BASE_BERT = {"layers": 12, "units": 768, "hidden": 3072, "heads": 12, "vocabulary": 30522}


def bert_model(layers, units, hidden, heads, vocabulary, length=64, **options):
    import gluonnlp as nlp

    encoder = nlp.model.BERTEncoder(num_layers=layers, units=units, hidden_size=hidden, max_length=length, num_heads=heads)
    return nlp.model.BERTModel(
        encoder, vocab_size=vocabulary, token_type_vocab_size=2, units=units, embed_size=units, use_decoder=False, **options
    )


def bert_encoder(**size):
    return bert_model(use_classifier=False, **size)


def bert_classifier(**size):
    import gluonnlp as nlp

    return nlp.model.BERTClassifier(bert_encoder(**size), num_classes=3, dropout=0.1)


def roberta(layers, units, hidden, heads, vocabulary, length=64):
    import gluonnlp as nlp

    encoder = nlp.model.BERTEncoder(num_layers=layers, units=units, hidden_size=hidden, max_length=length, num_heads=heads)
    return nlp.model.RoBERTaModel(encoder, vocab_size=vocabulary, units=units, embed_size=units, use_decoder=False)


def distilbert(layers, units, hidden, heads, vocabulary, length=64):
    import gluonnlp as nlp

    encoder = nlp.model.bert.DistilBERTEncoder if hasattr(nlp.model.bert, "DistilBERTEncoder") else nlp.model.BERTEncoder
    made = encoder(num_layers=layers, units=units, hidden_size=hidden, max_length=length, num_heads=heads)
    return nlp.model.DistilBERTModel(made, vocab_size=vocabulary, units=units, embed_size=units)


def transformer_encoder():
    import gluonnlp as nlp

    return nlp.model.TransformerEncoder(num_layers=2, units=64, hidden_size=128, max_length=64, num_heads=4)


def text_convolutions():
    """Embedding, convolutions along the sequence with a highway, and a classifier."""
    import gluonnlp as nlp
    import mxnet as mx

    net = mx.gluon.nn.HybridSequential(prefix="net_")
    with net.name_scope():
        net.add(
            mx.gluon.nn.Embedding(500, 32),
            mx.gluon.nn.HybridLambda(lambda F, x: F.swapaxes(x, 0, 1)),
            nlp.model.ConvolutionalEncoder(embed_size=32, num_filters=(16, 24, 32), ngram_filter_sizes=(2, 3, 4), num_highway=1, output_size=48),
            mx.gluon.nn.Dense(5),
        )
    return net


def sentences(batch, length, vocabulary, lengths, types=True):
    inputs = [Input((batch, length), 0, vocabulary, whole=True)]
    if types:
        inputs.append(Input((batch, length), 0, 2, whole=True))
    if lengths:
        inputs.append(Input((batch,), values=lengths))
    if len(inputs) == 1:
        return {"data": inputs[0]}
    return {f"data{i}": one for i, one in enumerate(inputs)}


def network(family, name, builder, size, runs, small=False, **options):
    return Network(name, family, functools.partial(builder, **size), tuple(sentences(*run, **options) for run in runs), small, needs="gluonnlp")


SMALL_RUNS = ((1, 17, 500, (11,)), (3, 23, 500, (23, 1, 9)))
BASE_RUNS = ((1, 64, 30522, (50,)), (3, 31, 30522, (31, 7, 20)))
NETWORKS = [
    network("BERT", "bert_small", bert_encoder, SMALL_BERT, SMALL_RUNS, small=True),
    network("BERT", "bert_small_classifier", bert_classifier, SMALL_BERT, SMALL_RUNS, small=True),
    network("BERT", "bert_12_768_12", bert_encoder, BASE_BERT, BASE_RUNS),
    network("BERT", "roberta_small", roberta, SMALL_BERT, SMALL_RUNS, types=False, small=True),
    network("BERT", "distilbert_small", distilbert, SMALL_BERT, SMALL_RUNS, types=False, small=True),
    Network("text_convolutions", "text", text_convolutions, ({"data": Input((1, 20), 0, 500, True)}, {"data": Input((3, 13), 0, 500, True)}), True, needs="gluonnlp"),
]
