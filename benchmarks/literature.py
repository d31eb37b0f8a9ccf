"""What has been published for the sets, in the order of the table. Accuracy in percent.

Only figures of recurrent networks that were read where they are cited; "-" where none was found. What a
network had beside the labelled text of the set stands in brackets.
"""

LITERATURE = {
    "imdb": "Keras BiLSTM 84.3; oh-LSTM 94.1 and ULMFiT 95.4 (unlabelled text)",
    "imdb-fast": "-",
    "sst2": "BLSTM-2DCNN 89.5 (word vectors); bmLSTM 91.8 (language model)",
    "trec6": "-",
    "chnsenticorp": "LSTM 91.0, GRU 89.8, BiLSTM 88.3 (PaddlePaddle)",
    "online_shopping_10_cats": "-",
    "waimai_10k": "-",
    "sms_spam": "-",
    "reuters_r8": "-",
    "reuters_r52": "-",
    "newsgroups20": "-",
    "banking77": "-",
    "clinc150": "-",
    "thucnews_titles": "BiLSTM 91.1 (18 times the training titles)",
    "tnews": "-",
    "smp2020": "-",
}
